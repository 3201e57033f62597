import { isManagement } from './make-request.ts'
import type { FuzzRequest } from './make-request.ts'
import { hangMilliseconds } from './send.ts'
import type { FuzzAnswer } from './send.ts'

const speaksJson = (path: string) => /^\/(api\/v2|oauth|\.well-known)(\/|$)/.test(path)

/** @returns what is wrong with an answer, whatever was asked; undefined if nothing is */
export function judge(request: FuzzRequest, answer: FuzzAnswer | Error): string | undefined {
  if (answer instanceof Error) {
    // A body above the limit is refused while it is still being sent; its sender may see no more than a closed connection.
    const isLarge = (request.body?.length ?? 0) > 60_000
    return isLarge && /ECONNRESET|EPIPE/.test(String(answer)) ? undefined : `no answer: ${answer.message}`
  }
  const { status, headers, text, milliseconds } = answer
  if (status >= 500) return `answered ${status}`
  if (milliseconds > hangMilliseconds) return `took ${Math.round(milliseconds)} ms`
  if (/\n\s+at .+:\d+:\d+|node_modules/.test(text)) return 'told a stack'
  const isOptions = request.method === 'OPTIONS'
  if (isManagement(request.route.path) && request.caller === 'stranger' && !isOptions && status < 400)
    return `answered ${status} to a caller without a good token`
  if (!speaksJson(request.route.path) || isOptions || status === 431) return undefined
  if (text === '') return status >= 400 ? `answered ${status} without a word` : undefined
  if (!/^application\/json/.test(headers['content-type'] ?? '')) return `answered ${headers['content-type'] ?? 'no type'}, not JSON`
  const body = read(text)
  if (body === undefined) return 'answered what is no JSON'
  if (status < 400) return undefined
  const error = body as { statusCode?: unknown; error?: unknown; message?: unknown; error_description?: unknown }
  if (isManagement(request.route.path)) {
    const isEnvelope = error.statusCode === status && typeof error.error === 'string' && typeof error.message === 'string'
    return isEnvelope ? undefined : 'an error that is not in Auth0’s envelope'
  }
  return typeof error.error === 'string' ? undefined : 'an error without its code'
} // prettier-ignore

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
