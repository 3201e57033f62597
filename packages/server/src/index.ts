export { createRollcall } from './compose.ts'
export type { RollcallOptions } from './compose.ts'
