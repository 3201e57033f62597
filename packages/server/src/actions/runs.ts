import { gather } from '../store/gather.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { claimRuns, endRuns, findLatestRuns, findRunsByKeys } from './runs-together.store.ts'
import {
  claimRun,
  findLatestRun,
  findRunByKey,
  recordEnd,
  type Claim,
  type EndedRun,
  type LatestRun,
  type RunRow,
  type WantedRun,
} from './runs.store.ts'

/** What every run asks of the store. What many ask at the same time goes as one: a job has many under way. */
export interface Runs {
  findByKey(asked: { actorId: string; key: string }): Promise<RunRow | undefined>
  findLatest(userId: string): Promise<LatestRun | undefined>
  /** Begins a run, if what it starts from is still the newest. */
  claim(wanted: WantedRun): Promise<Claim>
  /** @returns the run as it ended; where somebody else has recorded it before, whatever they said */
  end(ended: EndedRun): Promise<RunRow | undefined>
}

/** @param leaseMs for how long a run is its server's at first */
export function openRuns(db: StoreQueries, leaseMs: number): Runs {
  return {
    findByKey: gather({
      alone: (asked) => findRunByKey(db, asked),
      together: (asked) => findRunsByKeys(db, asked),
    }),
    findLatest: gather({
      alone: (userId) => findLatestRun(db, userId),
      together: (userIds) => findLatestRuns(db, userIds),
    }),
    claim: gather<WantedRun, Claim>({
      alone: (wanted) => claimRun(db, wanted, leaseMs),
      together: (wanted) => claimRuns(db, wanted, leaseMs),
    }),
    end: gather({
      alone: (ended) => recordEnd(db, ended),
      together: (ended) => endRuns(db, ended),
    }),
  }
}
