import type { Kysely } from '@rollcall/database'
import { prefixedId } from '../ids.ts'
import type { TenantSchema } from '../schema.ts'

const roles = [
  { name: 'Support agent', description: 'Answers what customers ask' },
  { name: 'Billing', description: 'Sees and corrects invoices' },
  { name: 'Editor', description: 'Writes and publishes' },
  { name: 'Beta tester', description: 'Sees what is not finished yet' },
]
const organizations = [
  { name: 'initech', display_name: 'Initech' },
  { name: 'globex', display_name: 'Globex Corporation' },
  { name: 'cafe-lumiere', display_name: 'Café Lumière' },
  { name: 'grossmann-soehne', display_name: 'Großmann & Söhne' },
  { name: 'sakura', display_name: 'さくら商事' },
]

/** What users made up here may belong to; ids, in a settled order. */
export interface Groups {
  roles: string[]
  organizations: string[]
}

/** Makes the roles and organizations of demo users, unless they are there. */
export async function ensureGroups(db: Kysely<TenantSchema>, now: Date): Promise<Groups> {
  await db
    .insertInto('roles')
    .values(roles.map((role) => ({ id: prefixedId('rol'), ...role, created_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('organizations')
    .values(organizations.map((organization) => ({ id: prefixedId('org'), ...organization, created_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const ids = async (table: 'roles' | 'organizations', names: string[]) => {
    const rows = await db.selectFrom(table).select('id').where('name', 'in', names).orderBy('name').execute()
    return rows.map(({ id }) => id)
  }
  return {
    roles: await ids('roles', roles.map(({ name }) => name)), // prettier-ignore
    organizations: await ids('organizations', organizations.map(({ name }) => name)), // prettier-ignore
  }
}
