import { z } from 'zod'

/** As a query string has it: digits. What the document says of it is spelt out, since it sees the text only. */
export const anyWholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'Expected a whole number.')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({ type: 'integer', minimum, maximum })

export const wholeNumber = (minimum: number, maximum: number, fallback: number) =>
  anyWholeNumber(minimum, maximum).default(fallback).meta({ type: 'integer', minimum, maximum, default: fallback })

/** No store takes a NUL, and no name holds a line break: refused here, with the reason. */
export const noControlCharacter = [(text: string) => !/\p{Cc}/u.test(text), 'Holds a control character.'] as const

const deepest = 30

/** JSON that nothing here runs out of stack over. */
export const notTooDeep = [
  (value: unknown) => isWithin(value, deepest),
  `Holds something deeper than ${deepest} levels.`,
] as const

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1))
}

/** A question about users in the filter language; whether it can be read is found out by `parseUserFilter`. */
export const FilterText = z
  .string()
  .trim()
  .max(2000)
  .refine(...noControlCharacter)

/** What people call something that they keep: a view, a schedule. */
export const KeptName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .refine(...noControlCharacter)

/** Which of many outcomes, in their order: by what became of them, and by what went wrong. */
export const outcomesQuery = <State extends z.ZodType>(state: State) =>
  z.strictObject({
    state: state.optional(),
    code: z.string().max(100).optional().meta({ description: 'Of the problem.' }),
    limit: wholeNumber(1, 200, 50),
    after: wholeNumber(0, 2_000_000_000, 0).meta({ description: 'The `next` of the page before this one.' }),
  })

/** The number is what a person has to type: whoever starts something knows to how many it is done. */
export const StartWithNumber = z.strictObject({
  users: z.int().min(0).meta({ description: 'How many users wait; another number is refused.' }),
})
