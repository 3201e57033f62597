import type { ActionDeps } from '../actions/deps.ts'

/** What doing something to many users takes: what it takes for one. */
export type JobDeps = ActionDeps
