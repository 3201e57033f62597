export { testDatabase } from './test-database.ts'
export type { TestDatabaseOptions } from './test-database.ts'
