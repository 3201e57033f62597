import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { NotAuthenticated, NotFound, TooManyRequests } from './errors.ts'
import { createLogger } from './logger.ts'
import { parse } from './parse.ts'
import { problemHandler } from './problem-handler.ts'
import { requestContext } from './request-context.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** An app whose `GET /:case` throws what is given for that case. */
async function start(cases: Record<string, () => unknown>) {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const app = express()
  app.use(requestContext(createLogger({ destination })), express.json({ limit: '1kb' }))
  app.all('/:case', (req) => {
    throw cases[req.params.case]?.() ?? new NotFound('no-such-case', 'There is no such case.')
  })
  app.use(problemHandler)
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { lines, ask: (path: string, init?: RequestInit) => fetch(origin + path, init) }
}

test('a refusal is a problem that names itself, its place and its request', async () => {
  const { ask } = await start({ gone: () => new NotFound('user-not-found', 'There is no such user.') })
  const response = await ask('/gone?q=secret@example.com')
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is no such user.',
    instance: '/gone',
    code: 'user-not-found',
    requestId: response.headers.get('x-request-id'),
  })
})

test('bad input is told with every fault', async () => {
  const schema = z.object({ page: z.int(), sort: z.enum(['name']) })
  const { ask } = await start({ bad: () => parse(schema, { page: 'x', sort: 'y' }, 'query') })
  const problem = (await (await ask('/bad')).json()) as { status: number; errors: { path: string }[] }
  expect(problem.status).toBe(400)
  expect(problem.errors.map(({ path }) => path)).toEqual(['query.page', 'query.sort'])
})

test('challenges and waiting times go into their headers', async () => {
  const { ask } = await start({
    who: () => new NotAuthenticated('token-missing', 'Sign in first.', 'Bearer realm="api"'),
    slow: () => new TooManyRequests('too-many', 'Wait.', 7),
  })
  expect((await ask('/who')).headers.get('www-authenticate')).toBe('Bearer realm="api"')
  expect((await ask('/slow')).headers.get('retry-after')).toBe('7')
})

test('a bug tells its caller an id, and the log the rest', async () => {
  const { ask, lines } = await start({ bug: () => new TypeError('undefined is not the password') })
  const response = await ask('/bug')
  const text = await response.text()
  expect(response.status).toBe(500)
  expect(text).not.toContain('undefined is not')
  const line = JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>
  expect(line).toMatchObject({ level: 'error', status: 500, requestId: response.headers.get('x-request-id') })
  expect(JSON.stringify(line)).toContain('undefined is not the password')
})

test.each([
  ['malformed JSON', '{"a":', 400, 'malformed-request'],
  ['a body over the limit', JSON.stringify('x'.repeat(2000)), 413, 'too-large'],
])('%s is the caller’s fault, not ours', async (_name, body, status, code) => {
  const { ask } = await start({})
  const response = await ask('/any', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ code })
})

test('a path that is not percent-encoding is refused', async () => {
  const { ask } = await start({})
  const response = await ask('/%zz')
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ status: 400 })
})

test('the log holds no query, and no secret by its usual names', async () => {
  const { ask, lines } = await start({})
  await ask('/any?search=ada@example.com')
  expect(lines.join('')).not.toContain('ada@example.com')
  const written: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  createLogger({ destination }).info({ token: 'abc123', body: { password: 'hunter2' } }, 'user changed')
  expect(written.join('')).not.toMatch(/abc123|hunter2/)
})
