import type { Freshness } from '@rollcall/contracts/admin-api'
import type { TenantClient } from '@rollcall/tenant-client'
import type { Directory } from '../../directory/directory.ts'
import type { RecycleBin } from '../../recycle-bin/recycle-bin.ts'
import type { Store, StoreQueries } from '../../store/open-store.ts'

/** Whom questions about many users are put to. */
export type UserSource =
  | { kind: 'directory'; db: StoreQueries; bin: Pick<RecycleBin, 'hasScheduled'>; freshness: Freshness }
  | { kind: 'tenant'; tenant: TenantClient; freshness: Freshness }

export interface UserSourceDeps {
  tenant: TenantClient
  /** Absent: no copy is kept. */
  copy: { store: Store; directory: Directory; bin: Pick<RecycleBin, 'hasScheduled'> } | undefined
}

/** The directory once it has been filled, else the tenant. */
export async function userSource({ tenant, copy }: UserSourceDeps): Promise<UserSource> {
  const status = await copy?.directory.status()
  if (copy && status?.filledAt) {
    const asOf = status.asOf?.toISOString() ?? null
    return { kind: 'directory', db: copy.store.db, bin: copy.bin, freshness: { source: 'directory', asOf } }
  }
  return { kind: 'tenant', tenant, freshness: { source: 'tenant', asOf: new Date().toISOString() } }
}
