export { createRollcall } from './compose.ts'
export type { Rollcall, RollcallOptions } from './compose.ts'
