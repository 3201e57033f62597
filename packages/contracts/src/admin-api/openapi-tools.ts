import type { ResponseConfig } from '@asteasolutions/zod-to-openapi'
import type { z } from 'zod'

/** What describes the paths of one part of the API in the same words as those of the others. */
export interface OpenApiTools {
  security: Record<string, string[]>[]
  answered(description: string, schema: z.ZodType): Record<number, ResponseConfig>
  refused(...statuses: number[]): Record<number, ResponseConfig>
  bodyOf(schema: z.ZodType): { body: { content: Record<string, { schema: z.ZodType }> } }
}
