import type { Change } from '@rollcall/contracts/admin-api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChanges } from './changes.ts'
import './follow-changes.ts' // fetched with the first listener otherwise
import { ApiProblem } from './problem.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A server whose streams the test writes to, and ends. */
function aServer() {
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  let refusal: Error | undefined
  const connect = vi.fn(async (signal: AbortSignal) => {
    if (refusal) throw refusal
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        streams.push(controller)
        signal.addEventListener('abort', () => controller.error(signal.reason))
      },
    })
    return new Response(body)
  })
  const heard: Change[] = []
  return {
    connect,
    heard,
    refuse: (error: Error | undefined) => (refusal = error),
    changes: createChanges(connect, () => 1),
    write: (text: string) => streams.at(-1)?.enqueue(new TextEncoder().encode(text)),
    end: () => streams.at(-1)?.close(),
  }
}

const settle = async () => {
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(0)
}

test('one connection serves every listener, and an event may arrive in pieces', async () => {
  const server = aServer()
  const others: Change[] = []
  server.changes.listen((change) => server.heard.push(change))
  server.changes.listen((change) => others.push(change))
  await settle()
  expect(server.connect).toHaveBeenCalledOnce()
  server.write(': hello\n\nevent: users\ndata: {"kind":"users","us')
  await settle()
  expect(server.heard).toEqual([])
  server.write('erIds":["auth0|1"]}\r\n\r\nevent: views\ndata: {"kind":"views"}\n\n')
  await settle()
  expect(server.heard).toEqual([{ kind: 'users', userIds: ['auth0|1'] }, { kind: 'views' }])
  expect(others).toEqual(server.heard)
})

test('after a connection was lost, listeners are told that many may have changed', async () => {
  const server = aServer()
  server.changes.listen((change) => server.heard.push(change))
  await settle()
  server.end()
  await settle()
  expect(server.connect).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(server.connect).toHaveBeenCalledTimes(2)
  expect(server.heard).toEqual([{ kind: 'users', userIds: 'many' }, { kind: 'views' }])
})

test('a server that stays away is asked less and less often, and at once when the network is back', async () => {
  const server = aServer()
  server.refuse(new ApiProblem({ status: 0, code: 'network', detail: '' }))
  server.changes.listen(() => undefined)
  await settle()
  await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000)
  expect(server.connect).toHaveBeenCalledTimes(4)
  await vi.advanceTimersByTimeAsync(7000)
  expect(server.connect).toHaveBeenCalledTimes(4)
  window.dispatchEvent(new Event('online'))
  await settle()
  expect(server.connect).toHaveBeenCalledTimes(5)
  server.changes.close()
})

test('a session that has ended is not followed any further', async () => {
  const server = aServer()
  server.refuse(new ApiProblem({ status: 401, code: 'session-lost', detail: '' }))
  server.changes.listen(() => undefined)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(server.connect).toHaveBeenCalledOnce()
})

test('a connection that has fallen silent is made anew', async () => {
  const server = aServer()
  server.changes.listen((change) => server.heard.push(change))
  await settle()
  await vi.advanceTimersByTimeAsync(50_000)
  server.write(': still here\n\n')
  await vi.advanceTimersByTimeAsync(50_000)
  expect(server.connect).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(11_000)
  expect(server.connect).toHaveBeenCalledTimes(2)
  expect(server.heard).toContainEqual({ kind: 'users', userIds: 'many' })
  server.changes.close()
})

test('who has stopped listening hears nothing more, and closing ends the connection', async () => {
  const server = aServer()
  const stop = server.changes.listen((change) => server.heard.push(change))
  await settle()
  stop()
  server.write('data: {"kind":"views"}\n\n')
  await settle()
  expect(server.heard).toEqual([])
  server.changes.close()
  expect(server.connect.mock.calls[0]?.[0].aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(server.connect).toHaveBeenCalledOnce()
})
