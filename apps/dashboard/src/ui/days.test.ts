import { expect, test } from 'vitest'
import { daysBetween, firstMomentOf, groupByDay } from './days.ts'

const at = (year: number, month: number, day: number, hour: number) => ({
  at: new Date(year, month - 1, day, hour).toISOString(),
})

test('a day is the viewer’s, from midnight to midnight', () => {
  const days = groupByDay([at(2026, 3, 2, 0), at(2026, 3, 1, 23), at(2026, 3, 1, 1)])
  expect(days.map(({ day, entries }) => [day, entries.length])).toEqual([
    ['2026-03-02', 1],
    ['2026-03-01', 2],
  ])
})

test('days are counted by the calendar, however long they are', () => {
  expect(daysBetween(new Date(2026, 2, 30, 1), new Date(2026, 2, 28, 23))).toBe(-2)
  expect(daysBetween(new Date(2026, 0, 1, 0), new Date(2026, 0, 1, 23))).toBe(0)
})

test('a day begins where the viewer is', () => {
  expect(firstMomentOf('2026-02-28')).toBe(new Date(2026, 1, 28).toISOString())
  expect(firstMomentOf('2026-02-28', 1)).toBe(new Date(2026, 2, 1).toISOString())
})
