import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import pg from 'pg'
import type { RollcallProcess } from './rollcall-process.ts'

/** What the loads need to know of the Rollcall that is measured. */
export interface Site {
  rollcallUrl: string
  tenantUrl: string
  databaseUrl: string
  apiToken: string
  managementToken: string
  tokenRequest: string
  /** As many as nobody gets tokens for in a second, no two for the same claims. */
  tokenRequestsApart: string[]
  credentials: RollcallProcess['credentials']
  /** Somebody in the middle of the list. */
  userId: string
  /** A few hundred more, from all over the list: to be changed, or deleted. */
  someUserIds: string[]
  /** A part of that user's name: what a person would type. */
  searchText: string
  /** That user's address. */
  email: string
  /** After half of all users, newest first: as a cursor of Rollcall's and as it stands in the table. */
  halfway: { cursor: string; createdAt: Date; userId: string }
}

/** Nobody is called so. */
export const skewedWord = 'zzskewed'

/** Waits until the directory holds everybody. */
export async function waitForDirectory({
  rollcallUrl,
  apiToken,
  users,
}: {
  rollcallUrl: string
  apiToken: string
  users: number
}): Promise<void> {
  for (;;) {
    const answer = await fetch(`${rollcallUrl}/api/directory`, { headers: { authorization: `Bearer ${apiToken}` } })
    if (!answer.ok) throw new Error(`/api/directory answered ${answer.status}: ${await answer.text()}`)
    const status = (await answer.json()) as { state: string; users: number }
    if (status.state === 'current' && status.users >= users) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** One user at the tenant, to be asked for or changed. */
export const tenantUser = (
  { tenantUrl, managementToken }: Pick<Site, 'tenantUrl' | 'managementToken'>,
  userId: string,
) => ({
  url: `${tenantUrl}/api/v2/users/${encodeURIComponent(userId)}`,
  headers: { authorization: `Bearer ${managementToken}`, 'content-type': 'application/json' },
})

export const tokenRequestOf = (
  { m2m }: Pick<RollcallProcess['credentials'], 'm2m'>,
  audience: string,
  scope?: string,
) =>
  JSON.stringify({
    grant_type: 'client_credentials',
    client_id: m2m.clientId,
    client_secret: m2m.clientSecret,
    audience,
    scope,
  })

export async function fetchToken(tenantUrl: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${tenantUrl}/oauth/token`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`/oauth/token answered ${answer.status}`)
  return ((await answer.json()) as { access_token: string }).access_token
}

/** So many users of the tenant, by chance. */
export async function someUserIds(databaseUrl: string, users: number): Promise<string[]> {
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  try {
    const { rows } = await database.query<{ user_id: string }>('SELECT user_id FROM tenant.users ORDER BY random() LIMIT $1', [users]) // prettier-ignore
    return rows.map((row) => row.user_id)
  } finally {
    await database.end()
  }
}

/** @param dataFolder of the running Rollcall: its database is used from beside it */
export async function describeSite({ run, credentials }: RollcallProcess, dataFolder: string): Promise<Site> {
  const rollcallUrl = run.dashboardUrl
  const tenantUrl = run.tenantUrl
  const { url: databaseUrl } = await startEmbeddedPostgres({ dataDirectory: join(dataFolder, 'postgres') })
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  try {
    const tokenRequest = (audience: string, scope?: string) => tokenRequestOf(credentials, audience, scope)
    const token = (audience: string) => fetchToken(tenantUrl, tokenRequest(audience))
    const apiToken = await token(credentials.audience)
    const { rows: counted } = await database.query<{ users: number }>('SELECT count(*)::int AS users FROM tenant.users')
    await waitForDirectory({ rollcallUrl, apiToken, users: counted[0]?.users ?? 0 })
    // All matches among the oldest tenth: where a plan that expects them everywhere walks past nine tenths of the users.
    await database.query(`UPDATE rollcall.user_search SET txt = replace(txt, E'\\n', E' ${skewedWord}\\n') WHERE created_at < (
      SELECT percentile_disc(0.1) WITHIN GROUP (ORDER BY created_at) FROM rollcall.user_search) AND txt NOT LIKE '%${skewedWord}%'`)
    // Figures from tables without statistics are of no use, and autovacuum comes when it pleases.
    await database.query('VACUUM ANALYZE')
    const { rows: people } = await database.query<{ user_id: string; name: string; email: string; created_at: Date }>(
      `SELECT user_id, name, email, created_at FROM rollcall.users WHERE name LIKE '% %' ORDER BY created_at DESC, user_id DESC
       OFFSET (SELECT count(*) / 2 FROM rollcall.users WHERE name LIKE '% %') LIMIT 1`,
    )
    const { rows: some } = await database.query<{ user_id: string }>(
      'SELECT user_id FROM (SELECT user_id FROM rollcall.users TABLESAMPLE BERNOULLI (20) LIMIT 20000) sample ORDER BY md5(user_id) LIMIT 300',
    )
    const person = people[0]
    if (!person) throw new Error('There are no users to measure with.')
    return {
      rollcallUrl,
      tenantUrl,
      databaseUrl,
      apiToken,
      managementToken: await token(`${tenantUrl}/api/v2/`),
      tokenRequest: tokenRequest(credentials.audience),
      tokenRequestsApart: subsetsOf(scopes).map((scope) => tokenRequest(`${tenantUrl}/api/v2/`, scope.join(' '))),
      credentials,
      userId: person.user_id,
      someUserIds: some.map((row) => row.user_id).filter((userId) => userId !== person.user_id),
      searchText: (person.name.split(' ').at(-1) ?? '').toLowerCase(),
      email: person.email,
      halfway: {
        cursor: Buffer.from(
          JSON.stringify({ sort: '-created_at', key: person.created_at.toISOString(), id: person.user_id }),
        ).toString('base64url'),
        createdAt: person.created_at,
        userId: person.user_id,
      },
    }
  } finally {
    await database.end()
  }
}

const scopes = ['users', 'roles', 'organizations', 'clients', 'connections', 'resource_servers'].flatMap((noun) => [`read:${noun}`, `update:${noun}`]) // prettier-ignore

/** Each but the empty one. */
function subsetsOf<Item>(items: Item[]): Item[][] {
  return Array.from({ length: 2 ** items.length - 1 }, (_unused, index) =>
    items.filter((_item, place) => ((index + 1) >> place) & 1),
  )
}
