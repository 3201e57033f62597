import { UpstreamFailed } from '@rollcall/http-kit'
import type { z } from 'zod'

/** @throws UpstreamFailed if the answer is not what Auth0 answers */
export function understand<Schema extends z.ZodType>(
  schema: Schema,
  answer: unknown,
  request: string,
): z.output<Schema> {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const places = [...new Set(result.error.issues.map(({ path }) => path.join('.') || 'the whole answer'))].slice(0, 5)
  throw new UpstreamFailed(
    'tenant-answer-not-understood',
    `The tenant’s answer to ${request} is not what Auth0 answers, at: ${places.join(', ')}.`,
  )
}
