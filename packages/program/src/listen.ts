import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { watchBody, type BodyWatch } from './watch-body.ts'

export interface LocalServer {
  port: number
  /** What answers from now on; before the first call every request gets 503. */
  serve(listener: RequestListener): void
  close(): Promise<void>
}

/** Takes a port of the loopback interface at once, so that a port in use is known before anything else is started. */
export async function listenLocally(port: number, body: BodyWatch = {}): Promise<LocalServer> {
  let current: RequestListener = (_req, res) => res.writeHead(503, { 'retry-after': '1' }).end('Starting')
  const listener: RequestListener = (req, res) => {
    watchBody(req, body)
    current(req, res)
  }
  // How long a body may take depends on how much of it there is.
  const options = { keepAliveTimeout: 65_000, headersTimeout: 60_000, requestTimeout: 0 }
  const server = createServer(options, listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  // localhost may mean ::1 first. Where there is no IPv6, IPv4 alone has to do.
  const ipv6 = createServer(options, listener).listen(taken, '::1')
  await Promise.race([once(ipv6, 'listening'), once(ipv6, 'error')])
  const servers = [server, ipv6].filter(({ listening }) => listening)
  return {
    port: taken,
    serve: (next) => {
      current = next
    },
    close: async () => {
      const closed = servers.map((each) => once(each.close(), 'close'))
      for (const each of servers) each.closeIdleConnections()
      const patience = setTimeout(() => servers.forEach((each) => each.closeAllConnections()), 3_000)
      await Promise.all(closed)
      clearTimeout(patience)
    },
  }
}
