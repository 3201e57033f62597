import type { UserSummary } from '@rollcall/contracts/admin-api'
import { Ban, CircleCheck, CircleHelp } from '@lucide/vue'

/** Whom one speaks about. */
export type NamedUser = Pick<UserSummary, 'name' | 'email' | 'userId'>

/** What a user is called where only one line is. */
export const nameOf = ({ name, email, userId }: NamedUser): string => name ?? email ?? userId

/** What has to be typed to delete them: the e-mail address, or the id of a user who has none. */
export const confirmationOf = ({ email, userId }: Omit<NamedUser, 'name'>): string => email ?? userId

export const statuses = {
  blocked: { tone: 'bad', icon: Ban },
  verified: { tone: 'good', icon: CircleCheck },
  unverified: { tone: 'wait', icon: CircleHelp },
} as const

/** The one state that matters most. */
export function statusOf({
  isBlocked,
  isEmailVerified,
}: Pick<UserSummary, 'isBlocked' | 'isEmailVerified'>): keyof typeof statuses {
  if (isBlocked) return 'blocked'
  return isEmailVerified ? 'verified' : 'unverified'
}
