import { once } from 'node:events'
import { request } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listenLocally, type LocalServer } from './listen.ts'

let server: LocalServer
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await server.close()
})

const piece = 'some of it, 16 B'
/** A server that answers with how many bytes came, and a request to it whose body is not over. */
async function begin() {
  server = await listenLocally(0, { everyMs: 60_000, leastBytes: piece.length })
  let received = 0
  server.serve((req, res) => {
    req.on('data', (chunk: Buffer) => (received += chunk.length))
    req.on('end', () => res.end(String(received)))
  })
  const sending = request({ port: server.port, host: '127.0.0.1', method: 'POST', agent: false })
  let sent = 0
  const send = async () => {
    sending.write(piece)
    sent += piece.length
    await vi.waitFor(() => expect(received).toBe(sent))
  }
  await send()
  return { sending, send, sent: () => sent }
}

test('a body that does not come on is not waited for', async () => {
  const { sending } = await begin()
  const ended = once(sending, 'error') as Promise<[NodeJS.ErrnoException]>
  vi.advanceTimersByTime(120_000)
  expect((await ended)[0].code).toBe('ECONNRESET')
})

test('a body that comes on may take as long as it needs', async () => {
  const { sending, send, sent } = await begin()
  for (let minutes = 0; minutes < 10; minutes += 1) {
    await send()
    vi.advanceTimersByTime(60_000)
  }
  sending.end()
  const [answer] = (await once(sending, 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of answer) text += chunk.toString()
  expect(text).toBe(String(sent()))
})
