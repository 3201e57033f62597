import type { ActionDeps } from '../actions/deps.ts'

/** What importing users takes. */
export type ImportDeps = Pick<ActionDeps, 'store' | 'tenant' | 'directory' | 'programNames' | 'logger' | 'onStep'>
