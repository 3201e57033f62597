import type { Permission } from '@rollcall/contracts/admin-api'

export type PageName = 'users' | 'jobs' | 'clean-up' | 'insights' | 'recycle-bin' | 'audit'

/** Where one can go from anywhere, in the order it is shown; by the name of the route, which is that of the text, too. */
export const pages: readonly { name: PageName; alsoCovers?: readonly string[]; needs?: Permission }[] = [
  { name: 'users', alsoCovers: ['user', 'merge', 'new-import', 'import'] },
  { name: 'jobs', alsoCovers: ['job', 'new-job'] },
  { name: 'clean-up' },
  { name: 'insights' },
  { name: 'recycle-bin' },
  { name: 'audit', needs: 'read:audit' },
]
