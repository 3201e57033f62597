import type { Logger } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { ProgramNames } from '../actors/program-names.ts'
import type { CustomFields } from '../custom-fields/custom-fields.ts'
import type { RecycleBin } from '../recycle-bin/recycle-bin.ts'
import type { Directory } from '../directory/directory.ts'
import type { Store } from '../store/open-store.ts'
import type { Runs } from './runs.ts'

/** What doing actions takes. */
export interface ActionDeps {
  store: Store
  runs: Runs
  tenant: TenantClient
  /** Absent: no copy is kept, so there is nothing to write through to. */
  directory: Directory | undefined
  bin: RecycleBin
  fields: CustomFields
  /** Of those that did something: a list says who. */
  programNames: ProgramNames
  spaClientId: string
  /** Names of the actions that are not done without a reason. */
  reasonRequired: ReadonlySet<string>
  /** Which actions need a second person, by name: done to more users than this. */
  approvalAbove: ReadonlyMap<string, number>
  /** For so long a run belongs to a server that has not been heard of; more than twice as long as one call of the tenant may take. */
  leaseMs: number
  logger: Logger
  /** Told of each step of each run, before it or after it; for tests of what a crash leaves behind. */
  onStep: (step: string) => void | Promise<void>
}
