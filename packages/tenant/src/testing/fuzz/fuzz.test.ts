import { testDatabase } from '@rollcall/test-kit'
import { Router } from 'express'
import { expect, test } from 'vitest'
import { migrateTenant } from '../../create-tenant.ts'
import { judge } from './judge.ts'
import { listRoutes } from './list-routes.ts'
import type { FuzzRequest } from './make-request.ts'
import { describeFindings, runFuzz } from './run-fuzz.ts'
import { startFuzzTarget } from './start-fuzz-target.ts'

test('three thousand requests, good and bad, get answers that say what is wrong with them', { timeout: 120_000 }, async () => {
  const target = await startFuzzTarget(await testDatabase({ name: 'tenant', prepare: migrateTenant }))
  try {
    const report = await runFuzz(target, { requests: 3000, seed: 20_261_123 })
    expect(describeFindings(report, target.known.origin)).toBe('')
    expect(report.requests).toBeGreaterThanOrEqual(3000)
    // A fuzz that only ever stands before closed doors finds nothing.
    expect(report.classes['2xx']).toBeGreaterThan(500)
    expect(report.neverEntered.length).toBeLessThan(report.routes / 2)
  } finally {
    await target.close()
  }
}) // prettier-ignore

test('routes are listed with what they are mounted under', () => {
  const inner = Router()
  inner.get('/things/:id', () => undefined).post('/things', () => undefined)
  const outer = Router().use('/api', inner)
  outer.get('/', () => undefined)
  expect(listRoutes(outer)).toEqual([
    { method: 'GET', path: '/api/things/:id' },
    { method: 'POST', path: '/api/things' },
    { method: 'GET', path: '/' },
  ])
})

const asked = (changes: Partial<FuzzRequest> = {}): FuzzRequest => ({
  route: { method: 'GET', path: '/api/v2/users' },
  method: 'GET',
  path: '/api/v2/users',
  headers: {},
  body: undefined,
  caller: 'full',
  ...changes,
})
const told = (status: number, text: string, type = 'application/json; charset=utf-8') => ({
  status,
  text,
  headers: { 'content-type': type },
  milliseconds: 1,
})
const envelope = '{"statusCode":404,"error":"Not Found","message":"x"}'

test.each([
  ['a 5xx', asked(), told(500, '{}'), 'answered 500'],
  ['a page where JSON is due', asked(), told(404, '<p>', 'text/html'), 'answered text/html, not JSON'],
  ['half a document', asked(), told(200, '{"a":'), 'answered what is no JSON'],
  ['another envelope', asked(), told(404, '{"error":"x"}'), 'an error that is not in Auth0’s envelope'],
  ['an error without a body', asked(), told(404, ''), 'answered 404 without a word'],
  ['a stranger let in', asked({ caller: 'stranger' }), told(200, '[]'), 'answered 200 to a caller without a good token'],
  ['a stack', asked(), told(400, '{"message":"x\n    at f (/a.js:1:2)"}'), 'told a stack'],
  ['ten seconds', asked(), { ...told(200, '[]'), milliseconds: 10_001 }, 'took 10001 ms'],
  ['no answer', asked(), new Error('socket hang up'), 'no answer: socket hang up'],
  ['an error in its envelope', asked(), told(404, envelope), undefined],
  ['an empty 204', asked(), told(204, ''), undefined],
  ['a page on the sign-in side', asked({ route: { method: 'GET', path: '/authorize' } }), told(400, '<p>', 'text/html'), undefined],
])('%s is judged for what it is', (_name, request, answer, expected) => {
  expect(judge(request, answer)).toBe(expected)
}) // prettier-ignore
