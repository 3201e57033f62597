import { z } from 'zod'

/** From where an answer about many users is, and from when. */
export const Freshness = z
  .object({
    source: z.enum(['directory', 'tenant']).meta({
      description: '`directory`: Rollcall’s copy. `tenant`: asked live, within the limits of its search.',
    }),
    asOf: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Every change of the tenant up to this moment is in it; null: not known.' }),
  })
  .meta({ id: 'Freshness' })
export type Freshness = z.infer<typeof Freshness>

/** How far the directory is. */
export const DirectoryStatus = z
  .object({
    state: z.enum(['off', 'filling', 'current', 'behind']).meta({
      description:
        '`off`: no copy is kept. `filling`: it is being read for the first time, and the tenant is asked meanwhile. `behind`: the tenant cannot be followed just now.',
    }),
    asOf: z.iso.datetime().nullable(),
    users: z.int().nullable().meta({ description: 'How many it holds.' }),
    fill: z
      .object({
        users: z.int(),
        total: z.int().nullable(),
        usersPerSecond: z.number().nullable(),
        secondsLeft: z.number().nullable(),
        startedAt: z.iso.datetime(),
      })
      .nullable()
      .meta({ description: 'An export that is being read, the first one or one that makes sure.' }),
    problem: z.object({ code: z.string(), message: z.string(), at: z.iso.datetime() }).nullable(),
  })
  .meta({ id: 'DirectoryStatus' })
export type DirectoryStatus = z.infer<typeof DirectoryStatus>

/** One server-sent event of `/api/changes`; its name is `kind`. */
export const Change = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('users'),
      userIds: z.union([z.array(z.string()), z.literal('many')]),
    }),
    z.object({ kind: z.literal('directory'), status: DirectoryStatus }),
    z.object({ kind: z.literal('views') }),
    z.object({ kind: z.literal('jobs'), jobIds: z.array(z.string()) }),
    z.object({ kind: z.literal('imports'), importIds: z.array(z.string()) }),
  ])
  .meta({ id: 'Change' })
export type Change = z.infer<typeof Change>
