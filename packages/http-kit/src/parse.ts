import type { z } from 'zod'
import { InvalidInput } from './errors.ts'

/**
 * Checks what a caller sent, once, at the edge; past it, types are trusted.
 * @param where what is being read, for the error: `query`, `body`, `path.userId`
 * @throws InvalidInput with every fault, not the first
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => ({
    path: [where, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }))
  const detail = faults.map(({ path, message }) => `${path}: ${message}`).join(' ')
  throw new InvalidInput('invalid-input', detail, faults)
}
