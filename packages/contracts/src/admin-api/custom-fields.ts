import { z } from 'zod'

export const customFieldTypes = ['text', 'number', 'boolean', 'date', 'one-of'] as const

/** A path into metadata that has a name of the team's own. */
export const CustomField = z
  .object({
    name: z.string().meta({ description: 'In the filter language: `plan:gold`.', example: 'plan' }),
    label: z.string().meta({ example: 'Plan' }),
    path: z.string().meta({ description: 'As a column, too.', example: 'app_metadata.plan' }),
    type: z.enum(customFieldTypes).meta({ description: '`date`: a day, as text such as 2026-03-14.' }),
    options: z
      .array(z.object({ value: z.string(), label: z.string() }))
      .meta({ description: 'Of `one-of`: what it can be.' }),
    mayEdit: z.boolean(),
  })
  .meta({ id: 'CustomField' })
export type CustomField = z.infer<typeof CustomField>
