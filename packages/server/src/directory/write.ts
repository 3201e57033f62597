import { setTimeout as sleep } from 'node:timers/promises'
import { transaction, type Transaction } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import type { RollcallSchema } from '../store/schema.ts'
import { sqlStateOf } from '../store/sql-state.ts'

const mostTries = 6

/**
 * A transaction of the directory. A fill writes thousands of users at once while others are written one by one, so two may meet each other in
 * opposite order: PostgreSQL then ends one of them, which is done again.
 */
export async function write<Result>(
  db: StoreQueries,
  work: (trx: Transaction<RollcallSchema>) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(db, work)
    } catch (error) {
      if (tries >= mostTries || sqlStateOf(error) !== '40P01') throw error
      await sleep(20 * tries * Math.random())
    }
  }
}
