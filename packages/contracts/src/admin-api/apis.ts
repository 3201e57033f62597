import { z } from 'zod'

/** Every API of the tenant but the Management API, with the permissions that can be given on it. */
export const ApiList = z
  .object({
    apis: z.array(
      z.object({
        identifier: z.string().meta({ example: 'https://invoices.example' }),
        name: z.string(),
        permissions: z.array(z.object({ permission: z.string(), description: z.string().nullable() })),
      }),
    ),
  })
  .meta({ id: 'ApiList' })
export type ApiList = z.infer<typeof ApiList>
