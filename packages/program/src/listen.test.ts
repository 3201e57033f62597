import { once } from 'node:events'
import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listenLocally, type LocalServer } from './listen.ts'

let server: LocalServer
afterEach(() => server.close())

const everyMs = 50
/** A server that answers with how many bytes came, and a request to it whose body is not over. */
async function begin() {
  server = await listenLocally(0, { everyMs, leastBytes: 16 })
  let received = 0
  server.serve((req, res) => {
    req.on('data', (chunk: Buffer) => (received += chunk.length))
    req.on('end', () => res.end(String(received)))
  })
  const sending = request({ port: server.port, host: '127.0.0.1', method: 'POST', agent: false })
  sending.write('begins')
  await expect.poll(() => received).toBe(6)
  return { sending, received: () => received }
}

test('a body that does not come on is not waited for', async () => {
  const { sending } = await begin()
  const [error] = (await once(sending, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('a body that comes on may take as long as it needs', async () => {
  const { sending, received } = await begin()
  const until = performance.now() + 6 * everyMs
  let sent = 6
  while (performance.now() < until) {
    sending.write('some more of it!')
    sent += 16
    await expect.poll(received, { interval: 1 }).toBe(sent)
  }
  sending.end()
  const [answer] = (await once(sending, 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of answer) text += chunk.toString()
  expect(text).toBe(String(sent))
})
