import { createLogger } from '@rollcall/http-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgramNames } from './program-names.ts'

const logger = createLogger({ level: 'silent' })
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

test('the tenant is asked once in a while, however often the log is read', async () => {
  let asked = 0
  const clientNames = async () => new Map([['abc', `Robot ${++asked}`]])
  const names = createProgramNames({ tenant: { clientNames }, logger })
  expect((await Promise.all([names(), names()])).map((known) => known.get('abc'))).toEqual(['Robot 1', 'Robot 1'])
  vi.advanceTimersByTime(10 * 60_000)
  expect((await names()).get('abc')).toBe('Robot 2')
})

test('a tenant that is away leaves programs without names, and is not asked again at once', async () => {
  let asked = 0
  const clientNames = async () => {
    asked += 1
    throw new Error('The tenant is away.')
  }
  const names = createProgramNames({ tenant: { clientNames }, logger })
  expect([(await names()).size, (await names()).size, asked]).toEqual([0, 0, 1])
  vi.advanceTimersByTime(60_000)
  await names()
  expect(asked).toBe(2)
})

test('a tenant that does not answer does not hold up the log', async () => {
  let answer: (names: Map<string, string>) => void = () => undefined
  const clientNames = () => new Promise<Map<string, string>>((resolve) => (answer = resolve))
  const names = createProgramNames({ tenant: { clientNames }, logger })
  expect((await names()).size).toBe(0)
  answer(new Map([['abc', 'Robot']]))
  expect((await names()).get('abc')).toBe('Robot')
})
