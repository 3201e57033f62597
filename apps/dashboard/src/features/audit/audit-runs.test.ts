import { expect, test } from 'vitest'
import { someEntry } from './testing.ts'
import { toRuns } from './audit-runs.ts'

test('the two entries of a run are one, told by how it ended; one under way stands for itself', () => {
  const runs = toRuns([
    someEntry({ seq: 4, runId: 'b', phase: 'started', at: '2026-11-25T10:00:02.000Z' }),
    someEntry({ seq: 3, runId: 'a', phase: 'failed', at: '2026-11-25T10:00:01.000Z' }),
    someEntry({ seq: 2, runId: 'a', phase: 'started', at: '2026-11-25T10:00:00.000Z' }),
    someEntry({ seq: 1, runId: 'c', phase: 'done' }),
  ])
  expect(runs.map(({ entry, startedAt }) => [entry.runId, entry.phase, startedAt])).toEqual([
    ['b', 'started', '2026-11-25T10:00:02.000Z'],
    ['a', 'failed', '2026-11-25T10:00:00.000Z'],
    ['c', 'done', undefined],
  ])
})
