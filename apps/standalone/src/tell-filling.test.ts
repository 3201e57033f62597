import type { DirectoryStatus } from '@rollcall/server'
import { expect, test, vi } from 'vitest'
import { tellFilling } from './tell-filling.ts'

test('a long fill is told line by line until it is over, and a short one not at all', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const lines: string[] = []
  const tell = tellFilling((line) => lines.push(line))
  const filling = (done: number): DirectoryStatus => ({
    state: 'filling',
    asOf: null,
    pending: 0,
    problem: null,
    filledAt: null,
    fill: {
      users: { done, total: 1_000_000 },
      rowsPerSecond: 5000,
      secondsLeft: (1_000_000 - done) / 5000,
      startedAt: new Date(),
    },
  })
  const { fill: _over, ...rest } = filling(0)
  const current: DirectoryStatus = { ...rest, state: 'current' }
  tell(filling(5000))
  tell(current)
  expect(lines).toEqual([])
  for (const done of [10_000, 15_000, 1_000_000]) {
    vi.advanceTimersByTime(1500)
    tell(filling(done))
  }
  tell(current)
  tell(current)
  expect(lines).toEqual([
    'Directory: 15,000 of 1,000,000 users, 5,000 a second, 197 s left',
    'Directory: every user is in',
  ])
  vi.advanceTimersByTime(3000)
  tell(filling(1_000_000))
  expect(lines.at(-1)).toBe('Directory: 1,000,000 users, now who has which role and organization')
  vi.useRealTimers()
})
