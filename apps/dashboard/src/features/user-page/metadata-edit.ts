import type { BasedOn } from '@rollcall/contracts/admin-api'
import { isSameJson } from '../actions/same-json.ts'

type Metadata = Record<string, unknown>

/** How the API calls each where it tells of changes. */
export const metadataTables = { userMetadata: 'user_metadata', appMetadata: 'app_metadata' } as const
export type MetadataTable = keyof typeof metadataTables

export interface MetadataDraft {
  updatedAt: string
  /** As it was when the writing began. */
  seen: Metadata
  text: string
}

export const printMetadata = (metadata: Metadata): string => JSON.stringify(metadata, null, 2)
export const isWritten = ({ seen, text }: MetadataDraft): boolean => text !== printMetadata(seen)

/**
 * Auth0 merges metadata on its first level: what is not sent stays, and what is sent replaces what was there. So a key that was taken out of the
 * text is sent as null, which takes it away.
 */
export function metadataChanges(seen: Metadata, written: Metadata): Metadata {
  const valueOf = (metadata: Metadata, key: string) => (Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null)
  return Object.fromEntries(
    [...new Set([...Object.keys(seen), ...Object.keys(written)])]
      .map((key) => [key, valueOf(written, key)] as const)
      .filter(([key, value]) => !isSameJson(value, valueOf(seen, key))),
  )
}

export function basisOf({ updatedAt, seen }: MetadataDraft, table: MetadataTable, changes: Metadata): BasedOn {
  const fields = Object.keys(changes).map((key) => [
    `${metadataTables[table]}.${key}`,
    Object.hasOwn(seen, key) ? seen[key] : null,
  ])
  return { updatedAt, fields: Object.fromEntries(fields) }
}
