import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { FuzzRequest } from './make-request.ts'

export interface FuzzAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  milliseconds: number
}

export const hangMilliseconds = 10_000

/** Sends a request as it is: unlike fetch, node:http mends neither the path nor the body of a GET. */
export function createSender(origin: string): {
  send: (what: FuzzRequest) => Promise<FuzzAnswer | Error>
  close: () => void
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const { hostname, port } = new URL(origin)
  const once = ({ method, path, headers, body }: FuzzRequest) =>
    new Promise<FuzzAnswer | Error>((resolve) => {
      const startedAt = performance.now()
      const length = body === undefined ? undefined : Buffer.byteLength(body)
      const sent = request({
        agent,
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...(length !== undefined && { 'content-length': String(length) }) },
      })
      const alarm = setTimeout(() => sent.destroy(new Error('no answer within ten seconds')), hangMilliseconds)
      const end = (result: FuzzAnswer | Error) => {
        clearTimeout(alarm)
        resolve(result)
      }
      sent.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', end)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const { statusCode: status = 0, headers: told } = response
          end({ status, headers: told, text, milliseconds: performance.now() - startedAt })
        })
      })
      sent.on('error', end)
      sent.end(body)
    })
  return {
    send: async (what) => {
      const first = await once(what)
      // A connection kept open may have been closed by the server in the moment it was used again: that is nobody's fault.
      return first instanceof Error && /ECONNRESET|EPIPE|hang up/.test(String(first)) ? once(what) : first
    },
    close: () => agent.destroy(),
  }
}
