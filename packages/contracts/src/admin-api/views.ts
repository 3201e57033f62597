import { z } from 'zod'
import { FilterText, KeptName } from './query-values.ts'
import { UserColumn, UserSort } from './users.ts'

/** What a view keeps: who, in which order, and what is shown of them. */
export const ViewContent = z.strictObject({
  name: KeptName,
  filter: FilterText.default(''),
  sort: UserSort.default('-created_at'),
  columns: z.array(UserColumn).min(1).max(40),
  isShared: z.boolean().default(false).meta({ description: 'Whether everybody sees it; needs `manage:views`.' }),
})
export type ViewContent = z.infer<typeof ViewContent>

export const View = z
  .object({
    ...ViewContent.shape,
    id: z.uuid(),
    isMine: z.boolean(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'View' })
export type View = z.infer<typeof View>

export const ViewList = z.object({ views: z.array(View) }).meta({ id: 'ViewList' })
export type ViewList = z.infer<typeof ViewList>
