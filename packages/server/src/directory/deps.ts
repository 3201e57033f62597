import type { Logger } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { Store } from '../store/open-store.ts'

/** What keeping the directory takes. */
export interface DirectoryDeps {
  store: Store
  tenant: TenantClient
  logger: Logger
  now: () => Date
  /** Of an export, in one transaction. */
  rowsAtOnce: number
}
