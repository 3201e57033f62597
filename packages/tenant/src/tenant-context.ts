import type { Database, Kysely } from '@rollcall/database'
import type { Logger } from '@rollcall/http-kit'
import type { LogWriter } from './logs/log-writer.ts'
import type { Mailer } from './mail/mailer.ts'
import type { RecentReads } from './recent-reads.ts'
import type { SigningKeys } from './signing-keys/signing-keys.ts'
import type { TenantSchema } from './schema.ts'
import type { SearchReader } from './users/search/search-reader.ts'

/** What every part of the tenant stands on. */
export interface TenantContext {
  db: Kysely<TenantSchema>
  /** Streams what a query gives; see Database.copyJson. */
  copyJson: Database<TenantSchema>['copyJson']
  /** Lists of users are read through it. */
  search: SearchReader
  keys: SigningKeys
  /** What each token request asks for, and few change. */
  recent: RecentReads
  /** 32 bytes that seal client secrets and private keys. */
  secret: Buffer
  /** The origins the tenant is called by (`http://localhost:8001`), the canonical one first. */
  origins: () => string[]
  now: () => Date
  /** What happened, for whoever asks `/api/v2/logs`. */
  logs: LogWriter
  mail: Mailer
  /** For us who run it. */
  logger: Logger
}

/** Every listed origin as an issuer: with a slash at its end, as Auth0 writes it. */
export const issuersOf = ({ origins }: Pick<TenantContext, 'origins'>): string[] =>
  origins().map((origin) => `${origin}/`)
