import type { Activity } from '@rollcall/contracts/admin-api'
import { expect, test } from 'vitest'
import { roundTop } from '../../ui/round-top.ts'
import { seriesOf } from './day-series.ts'

const dayOf = (index: number) => `2026-11-0${index}`
const activity = (since: string | null): Activity => ({
  since,
  days: [1, 2, 3, 4, 5, 6].map((index) => ({
    day: dayOf(index),
    signUps: index,
    signIns: 10 * index,
    failures: 0,
    activeUsers: index,
  })),
})

test('a period is summed, and held against the one before', () => {
  expect(seriesOf(activity(dayOf(1)), 'signIns', 3)).toEqual({
    days: [4, 5, 6].map((index) => ({ day: dayOf(index), value: 10 * index })),
    total: 150,
    change: 1.5,
    since: undefined,
  })
})

test('active users are averaged, since the same person may be active each day', () => {
  expect(seriesOf(activity(dayOf(1)), 'activeUsers', 3).total).toBe(5)
})

test('days of which nothing is known are not shown as days without sign-ins', () => {
  expect(seriesOf(activity(dayOf(5)), 'signIns', 3)).toEqual({
    days: [4, 5, 6].map((index) => ({ day: dayOf(index), value: index < 5 ? undefined : 10 * index })),
    total: 110,
    change: undefined,
    since: dayOf(5),
  })
  expect(seriesOf(activity(null), 'signIns', 3).days.every(({ value }) => value === undefined)).toBe(true)
  expect(seriesOf(activity(null), 'signUps', 3).days.map(({ value }) => value)).toEqual([4, 5, 6])
})

test('a period after one without any has no change to tell', () => {
  expect(seriesOf(activity(dayOf(1)), 'failures', 3).change).toBeUndefined()
})

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [11, 20],
  [999, 1000],
  [4200, 5000],
])('a chart of at most %d ends at %d', (most, top) => {
  expect(roundTop(most)).toBe(top)
})
