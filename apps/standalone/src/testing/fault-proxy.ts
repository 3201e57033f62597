import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '@rollcall/test-kit/random'

/** What befalls a request on its way to the tenant, or its answer on the way back. */
export const faults = [
  'refused for its rate',
  'refused for its rate without a word when',
  'not available',
  'broken before',
  'broken after',
  'slow bytes',
  'lies about the rate',
  'no JSON',
] as const
export type Fault = (typeof faults)[number]

export interface FaultProxy {
  url: string
  /** How often each fault befell a request. */
  counts: Record<Fault, number>
  /** One of so many requests of the Management API meets a fault, from now on; 0: none. */
  disturb(one: number): void
  close(): Promise<void>
}

const rateLies: Record<string, string>[] = [
  { 'x-ratelimit-limit': '-1', 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '-1' },
  { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': 'NaN', 'x-ratelimit-reset': 'soon' },
  { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
  { 'x-ratelimit-limit': '1000000000', 'x-ratelimit-remaining': '1000000000', 'x-ratelimit-reset': '0' },
]

/** Stands between Rollcall and its tenant, and does to what passes what networks, gateways and rate limits do. */
export async function openFaultProxy(tenantUrl: string, random: Random): Promise<FaultProxy> {
  const tenant = new URL(tenantUrl)
  const counts = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>
  let oneIn = 0

  const server = createServer((req, res) => {
    const isManagement = req.url?.startsWith('/api/v2/') ?? false
    const fault = isManagement && oneIn > 0 && random.below(oneIn) === 0 ? random.pick(faults) : undefined
    if (fault) counts[fault] += 1
    pass(req, res, fault).catch(() => res.destroy())
  })

  async function pass(req: IncomingMessage, res: ServerResponse, fault: Fault | undefined): Promise<void> {
    const body: Buffer[] = []
    for await (const chunk of req) body.push(chunk as Buffer)
    if (fault === 'broken before') return void req.socket.destroy()
    if (fault === 'not available') return void res.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Upstream</h1>')
    if (fault?.startsWith('refused')) return refuse(res, fault === 'refused for its rate')
    const answer = await ask(req, Buffer.concat(body))
    const content: Buffer[] = []
    // Where an export is found is told in full: by way of here, like all else.
    for await (const chunk of answer) content.push(isOfJob(req) ? Buffer.from(String(chunk).replaceAll(tenant.origin, here())) : (chunk as Buffer))
    if (fault === 'broken after') return void req.socket.destroy()
    const headers = { ...answer.headers, ...(fault === 'lies about the rate' && random.pick(rateLies)) }
    const text = fault === 'no JSON' && content.length > 0 ? Buffer.from('<html>') : Buffer.concat(content)
    delete headers['transfer-encoding']
    res.writeHead(answer.statusCode ?? 502, { ...headers, ...(text.length > 0 && { 'content-length': String(text.length) }) })
    if (fault !== 'slow bytes') return void res.end(text)
    for (const byte of text.subarray(0, 20)) {
      res.write(Buffer.of(byte))
      await sleep(5) // the slowness is what is tried
    }
    res.end(text.subarray(20))
  } // prettier-ignore

  const isOfJob = ({ url }: IncomingMessage) => url?.startsWith('/api/v2/jobs/') ?? false
  const here = () => `http://localhost:${(server.address() as AddressInfo).port}` // a TCP server that listens has one

  function refuse(res: ServerResponse, tellsWhen: boolean): void {
    const reset = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000)) }
    const body = { statusCode: 429, error: 'Too Many Requests', message: 'Global limit has been reached', errorCode: 'too_many_requests' }
    res.writeHead(429, { 'content-type': 'application/json', ...(tellsWhen && reset) }).end(JSON.stringify(body))
  } // prettier-ignore

  async function ask(req: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const asking = request({
      host: '127.0.0.1',
      port: tenant.port,
      method: req.method,
      path: req.url,
      headers: { ...req.headers, host: tenant.host, connection: 'close' },
    })
    asking.end(body)
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    return answer
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: here(),
    counts,
    disturb: (one) => (oneIn = one),
    close: async () => {
      const closed = once(server, 'close')
      server.closeAllConnections()
      server.close()
      await closed
    },
  }
}
