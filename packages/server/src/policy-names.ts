import { actionNames } from './actions/all-actions.ts'
import { exportDataAction } from './features/personal-data/record-handing-out.ts'

/** What a policy can want a reason for: every action, and what else staff do to users that is worth one. */
export const policyNames: readonly string[] = [...actionNames, exportDataAction]
