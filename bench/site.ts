import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import pg from 'pg'
import type { RollcallProcess } from './rollcall-process.ts'

/** What the loads need to know of the Rollcall that is measured. */
export interface Site {
  rollcallUrl: string
  tenantUrl: string
  databaseUrl: string
  postgresVersion: string
  apiToken: string
  managementToken: string
  tokenRequest: string
  credentials: RollcallProcess['credentials']
  /** Somebody in the middle of the list. */
  userId: string
  /** A part of that user's name: what a person would type. */
  searchText: string
}

/** @param dataFolder of the running Rollcall: its database is used from beside it */
export async function describeSite({ run, credentials }: RollcallProcess, dataFolder: string): Promise<Site> {
  const rollcallUrl = run.dashboardUrl
  const tenantUrl = run.tenantUrl
  const { url: databaseUrl } = await startEmbeddedPostgres({ dataDirectory: join(dataFolder, 'postgres') })
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  try {
    // Figures from tables without statistics are of no use, and autovacuum comes when it pleases.
    await database.query('VACUUM ANALYZE')
    const { rows: versions } = await database.query<{ server_version: string }>('SHOW server_version')
    const { rows: people } = await database.query<{ user_id: string; name: string }>(
      `SELECT user_id, name FROM tenant.users WHERE name LIKE '% %' ORDER BY created_at DESC
       OFFSET (SELECT count(*) / 2 FROM tenant.users WHERE name LIKE '% %') LIMIT 1`,
    )
    const person = people[0]
    if (!person) throw new Error('There are no users to measure with.')
    const tokenRequest = (audience: string) =>
      JSON.stringify({
        grant_type: 'client_credentials',
        client_id: credentials.m2m.clientId,
        client_secret: credentials.m2m.clientSecret,
        audience,
      })
    const token = async (audience: string) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${tenantUrl}/oauth/token`, { method: 'POST', headers, body: tokenRequest(audience) })
      if (!answer.ok) throw new Error(`/oauth/token answered ${answer.status}`)
      return ((await answer.json()) as { access_token: string }).access_token
    }
    return {
      rollcallUrl,
      tenantUrl,
      databaseUrl,
      postgresVersion: versions[0]?.server_version ?? '',
      apiToken: await token(credentials.audience),
      managementToken: await token(`${tenantUrl}/api/v2/`),
      tokenRequest: tokenRequest(credentials.audience),
      credentials,
      userId: person.user_id,
      searchText: (person.name.split(' ').at(-1) ?? '').toLowerCase(),
    }
  } finally {
    await database.end()
  }
}
