export { sql } from 'kysely'
export type {
  ColumnType,
  Generated,
  Insertable,
  Kysely,
  RawBuilder,
  Selectable,
  Transaction,
  Updateable,
  UpdateObject,
} from 'kysely'
export type { LeadOptions } from './lead.ts'
export type { ListenOptions } from './listen.ts'
export { migrate } from './migrate.ts'
export type { MigrateOptions } from './migrate.ts'
export { copyLine, DatabaseUnusable, openDatabase, readCell, transaction } from './open-database.ts'
export type { Database, DatabaseOptions, Session } from './open-database.ts'
export { plannedAnew } from './statements.ts'
