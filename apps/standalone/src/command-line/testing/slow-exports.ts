import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SlowExports {
  url: string
  /** What becomes of an export after its first bytes. */
  then: 'stalls' | 'breaks'
  close(): void
}

/** A way to Rollcall on which an export does not arrive whole. */
export async function openSlowExports(to: string): Promise<SlowExports> {
  const server = createServer((req, res) => {
    const onward = request(`${to}${req.url}`, { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      if (!req.url?.startsWith('/api/users/export')) return void answer.pipe(res)
      answer.once('data', (chunk: Buffer) => {
        answer.pause()
        res.write(chunk.subarray(0, 2000), () => {
          if (way.then === 'breaks') res.destroy()
        })
      })
      res.once('close', () => answer.destroy())
    })
    req.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const way: SlowExports = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    then: 'stalls',
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return way
}
