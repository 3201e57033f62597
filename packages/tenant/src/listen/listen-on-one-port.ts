import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface OnePortServer {
  port: number
  /** What answers from now on; before the first call every request gets 503. */
  serve(listener: RequestListener): void
  close(): Promise<void>
}

/** The first byte of a TLS handshake (RFC 8446 §5.1); no HTTP method begins with it. */
const tlsHandshake = 0x16
/** How long an answer that is being made may take once we are asked to stop. */
const patienceMs = 2_000

/** Answers plain HTTP and TLS on one port of the loopback interface. @param port 0: any free one */
export async function listenOnOnePort({
  port,
  cert,
  key,
  silenceMs = 30_000,
  headersMs = 20_000,
}: {
  port: number
  cert: string
  key: string
  /** How long a connection may stay without saying anything. */
  silenceMs?: number
  /** How long a request's headers may take. */
  headersMs?: number
}): Promise<OnePortServer> {
  let current: RequestListener = (_req, res) => res.writeHead(503, { 'retry-after': '1' }).end('Starting')
  const answering = new Set<ServerResponse>()
  const listener: RequestListener = (req, res) => {
    answering.add(res)
    res.once('close', () => answering.delete(res))
    current(req, res)
  }
  const options = {
    keepAliveTimeout: 65_000,
    headersTimeout: headersMs,
    requestTimeout: 60_000,
    connectionsCheckingInterval: Math.min(headersMs, 5_000),
  }
  const http = createHttpServer(options, listener)
  const https = createHttpsServer({ ...options, cert, key, minVersion: 'TLSv1.2' }, listener)
  https.on('tlsClientError', () => undefined) // a scanner, or a client that does not trust us: its affair, and it knows
  // Neither listens by itself, and only then would Node begin to watch over the two timeouts.
  for (const server of [http, https]) server.emit('listening')

  const sockets = new Set<Socket>()
  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(silenceMs, () => socket.destroy())
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null
      if (first === null) return socket.destroy()
      socket.setTimeout(0)
      socket.unshift(first)
      const server: Server = first[0] === tlsHandshake ? https : http
      server.emit('connection', socket)
    })
  }
  const ipv4 = createServer(accept).listen(port, '127.0.0.1')
  await once(ipv4, 'listening')
  const { port: taken } = ipv4.address() as AddressInfo
  // localhost may mean ::1 first. Where there is no IPv6, or the port is taken there, IPv4 alone has to do.
  const ipv6 = createServer(accept).listen(taken, '::1')
  await Promise.race([once(ipv6, 'listening'), once(ipv6, 'error')]).catch(() => undefined)
  return {
    port: taken,
    serve: (next) => {
      current = next
    },
    close: async () => {
      const closed = [ipv4, ipv6].filter((server) => server.listening).map((server) => once(server.close(), 'close'))
      for (const server of [http, https]) server.close() // ends the watch over the timeouts, and what is idle
      const patience = AbortSignal.timeout(patienceMs)
      await Promise.all([...answering].map((res) => once(res, 'close', { signal: patience }))).catch(() => undefined)
      // A socket that waits for its next request never closes by itself.
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}
