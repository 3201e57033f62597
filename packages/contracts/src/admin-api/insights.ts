import { z } from 'zod'
import { FilterText, noControlCharacter, wholeNumber } from './query-values.ts'

/** What users can be divided by. */
export const breakdowns = [
  'connection',
  'role',
  'organization',
  'email_verified',
  'blocked',
  'mfa',
  'last_seen',
  'sign_ups',
  'duplicates',
] as const

export const BreakdownQuery = z.strictObject({
  by: z.enum(breakdowns).meta({
    description:
      '`last_seen`: how long ago they signed in. `sign_ups`: the day they were created, the last `days` of them. `duplicates`: addresses that several users have.',
  }),
  filter: FilterText.optional(),
  days: wholeNumber(1, 400, 90),
  most: wholeNumber(1, 200, 20),
})
export type BreakdownQuery = z.infer<typeof BreakdownQuery>

export const Breakdown = z
  .object({
    groups: z.array(
      z.object({
        key: z.string().meta({ description: 'What its users have in common, for a legend.' }),
        users: z.int(),
        filter: z.string().meta({ description: 'Finds just these users, the filter asked with included.' }),
      }),
    ),
    others: z.int().meta({ description: 'How many users are in groups beyond `most`.' }),
  })
  .meta({ id: 'Breakdown' })
export type Breakdown = z.infer<typeof Breakdown>

export const ActivityQuery = z.strictObject({ days: wholeNumber(1, 400, 30) })

/** What happened on each day (UTC), the oldest first; every day is there. */
export const Activity = z
  .object({
    days: z.array(
      z.object({
        day: z.iso.date(),
        signUps: z.int(),
        signIns: z.int(),
        failures: z.int(),
        activeUsers: z.int().meta({ description: 'Different users who signed in.' }),
      }),
    ),
    since: z.iso.date().nullable().meta({ description: 'Sign-ins and failures are known from this day on.' }),
  })
  .meta({ id: 'Activity' })
export type Activity = z.infer<typeof Activity>

export const FieldValuesQuery = z.strictObject({
  field: z
    .string()
    .max(300)
    .refine(...noControlCharacter),
  starts: z.string().max(100).optional(),
})

/** What a field can be asked for: the most frequent values, for whoever builds a filter. */
export const FieldValues = z
  .object({ values: z.array(z.object({ value: z.string(), label: z.string(), users: z.int().nullable() })) })
  .meta({ id: 'FieldValues' })
export type FieldValues = z.infer<typeof FieldValues>

export const jsonTypes = ['string', 'number', 'boolean', 'array', 'object', 'null'] as const
export type JsonType = (typeof jsonTypes)[number]

/** The type of a value that was read from JSON. */
export function jsonTypeOf(value: unknown): JsonType {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as Exclude<JsonType, 'array' | 'null'> // JSON has no others
}

/** The metadata paths that users have, for whoever chooses a column, builds a filter or writes metadata. */
export const MetadataPaths = z
  .object({
    paths: z.array(
      z.object({
        path: z.string(),
        users: z.int(),
        types: z
          .array(z.object({ type: z.enum(jsonTypes), users: z.int() }))
          .meta({ description: 'What stands there, the most frequent first.' }),
      }),
    ),
  })
  .meta({ id: 'MetadataPaths' })
export type MetadataPaths = z.infer<typeof MetadataPaths>
