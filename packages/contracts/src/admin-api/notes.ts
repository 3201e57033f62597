import { z } from 'zod'
import { noControlCharacter } from './query-values.ts'
import { foldText } from './user-filter/fold-text.ts'

const mostTags = 20

/** A short label. Commas would make several of it wherever tags are typed or listed. */
const Tag = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .refine(...noControlCharacter)
  .refine((tag) => !tag.includes(','), 'Holds a comma: each tag stands for itself.')
  .refine((tag) => foldText(tag) !== '', 'Holds nothing that can be seen.')

export const UserTags = z
  .object({ tags: z.array(z.string()).meta({ description: 'In the order of the alphabet.' }) })
  .meta({ id: 'UserTags' })
export type UserTags = z.infer<typeof UserTags>

/** All the tags that a user is to have. */
export const TagsChange = z.strictObject({
  tags: z
    .array(Tag)
    .max(mostTags)
    .refine((tags) => new Set(tags.map(foldText)).size === tags.length, 'The same tag stands here twice.')
    .meta({ description: 'Capitals and accents make no other tag of one: it is written as it was first.' }),
  basedOn: z.array(z.string().max(40)).max(mostTags).optional().meta({
    description: 'The tags that were seen; when there are others by now, nothing is changed (`tags-changed`).',
  }),
})
export type TagsChange = z.infer<typeof TagsChange>

export const TagList = z
  .object({ tags: z.array(z.object({ tag: z.string(), users: z.int() })) })
  .meta({ id: 'TagList' })
export type TagList = z.infer<typeof TagList>

export const NoteContent = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1)
    .max(5000)
    .refine((text) => !/[^\P{Cc}\t\n\r]/u.test(text), 'Holds a control character.')
    .meta({ description: 'Plain text; line breaks are kept.' }),
})
export type NoteContent = z.infer<typeof NoteContent>

export const UserNote = z
  .object({
    noteId: z.uuid(),
    authorId: z.string(),
    text: z.string(),
    createdAt: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'UserNote' })
export type UserNote = z.infer<typeof UserNote>

export const UserNotes = z.object({ notes: z.array(UserNote) }).meta({ id: 'UserNotes' })
export type UserNotes = z.infer<typeof UserNotes>
