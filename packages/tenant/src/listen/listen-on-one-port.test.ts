import { once } from 'node:events'
import { Agent, get } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { localCertificates } from './certificates.ts'
import type { Certificates } from './certificates.ts'
import { listenOnOnePort } from './listen-on-one-port.ts'
import type { OnePortServer } from './listen-on-one-port.ts'

let certificates: Certificates
let server: OnePortServer
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-listen-'))
  certificates = await localCertificates(folder)
  await rm(folder, { recursive: true })
})
afterEach(() => server.close())

async function start(limits: { silenceMs?: number; headersMs?: number } = {}) {
  server = await listenOnOnePort({ port: 0, cert: certificates.cert, key: certificates.key, ...limits })
  server.serve((req, res) => void res.end('encrypted' in req.socket ? 'over TLS' : 'in the clear'))
  return server.port
}

const plain = async (port: number) => (await fetch(`http://localhost:${port}/`)).text()

async function encrypted(port: number, path = '/'): Promise<string> {
  const agent = new Agent({ ca: certificates.ca, keepAlive: true })
  const [response] = (await once(get(`https://localhost:${port}${path}`, { agent }), 'response')) as [IncomingMessage]
  return (await response.toArray()).join('')
}

test('one port answers plain HTTP and TLS', async () => {
  const port = await start()
  expect([await plain(port), await encrypted(port)]).toEqual(['in the clear', 'over TLS'])
})

test('until the application is there, requests are told to come again', async () => {
  server = await listenOnOnePort({ port: 0, cert: certificates.cert, key: certificates.key })
  const response = await fetch(`http://127.0.0.1:${server.port}/`)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
})

test('a port that is taken is told', async () => {
  const port = await start()
  await expect(listenOnOnePort({ port, cert: certificates.cert, key: certificates.key })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

test('a connection that says nothing, half a request or nonsense is closed, and disturbs nobody', async () => {
  const port = await start({ silenceMs: 100, headersMs: 200 })
  const closed = ['', 'GET / HT', '\u0016nonsense nonsense', '\u0000\u0001\u0002'].map(async (said) => {
    const socket = connect(port, '127.0.0.1').resume()
    socket.on('error', () => undefined) // a reset is as good a way to be closed as any
    if (said !== '') socket.write(said)
    await once(socket, 'close')
  })
  const slowTls = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: certificates.ca }).resume()
  slowTls.write('GET / HT')
  await Promise.all([...closed, once(slowTls, 'close')])
  expect([await plain(port), await encrypted(port)]).toEqual(['in the clear', 'over TLS'])
})

test('closing lets an answer be finished, over TLS too, and does not wait for idle connections', async () => {
  const port = await start()
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
  const { promise: leave, resolve: finish } = Promise.withResolvers<void>()
  server.serve((req, res) => {
    if (req.url === '/') return void res.end('idle from now on')
    isAsked()
    void leave.then(() => res.end('finished'))
  })
  await encrypted(port)
  const answer = encrypted(port, '/slow')
  await asked
  const closing = server.close()
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  finish()
  expect(await answer).toBe('finished')
  await closing
})

test('closing does not wait for ever for an answer that never comes', async () => {
  const port = await start()
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
  server.serve(() => isAsked())
  const answer = plain(port).catch(() => 'cut off')
  await asked
  await server.close()
  expect(await answer).toBe('cut off')
})
