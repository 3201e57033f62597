import { PersonalData } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** What is handed to somebody who asks what is held on them, through every floor. */
let all: Staffed
/** Of a program that may export, and neither read the tenant's log nor the audit log. */
let narrow: ReturnType<typeof actionsOf>
/** What the tenant refuses to Rollcall. */
let refuses = (_path: string) => false
beforeAll(async () => {
  all = await startStaffed({
    policy: { reasonRequired: ['user.export-data'] },
    fetch: (input, init) =>
      refuses(new URL(String(input)).pathname)
        ? Promise.resolve(Response.json({ statusCode: 403, error: 'Forbidden', message: 'Insufficient scope, expected any of: read:sessions', errorCode: 'insufficient_scope' }, { status: 403 })) // prettier-ignore
        : fetch(input, init),
  })
  const { audience, m2m } = all.standalone.tenant.credentials
  const { body } = await all.manage('GET', `/client-grants?client_id=${m2m.clientId}`)
  const grant = (body as { id: string; audience: string; scope: string[] }[]).find((one) => one.audience === audience)
  await all.manage('PATCH', `/client-grants/${grant?.id}`, { scope: ['read:users', 'export:users'] })
  const token = await all.standalone.token({ audience, ...m2m })
  await all.manage('PATCH', `/client-grants/${grant?.id}`, { scope: grant?.scope })
  narrow = actionsOf({ url: all.standalone.url, token })
})
afterAll(() => all.close())

const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&'
async function makeSomebody(email: string) {
  const userId = await all.signUp({ email, name: hostile, user_metadata: { [hostile.replaceAll('.', '')]: hostile, theme: 'dark' } }) // prettier-ignore
  const role = (await all.manage('POST', '/roles', { name: `Role of ${email}`, description: hostile })).body as { id: string } // prettier-ignore
  await all.manage('POST', `${pathOf(userId)}/roles`, { roles: [role.id] })
  await all.openSession(userId)
  await all.staff.perform(userId, 'user.edit', { params: { nickname: 'Countess' }, reason: 'She asked' })
  await all.staff.post(`/users/${encodeURIComponent(userId)}/notes`, { text: `Called twice ${hostile}` })
  return userId
}
const ask = (userId: string, body: object, token = all.token) =>
  fetch(`${all.standalone.url}/api/users/${encodeURIComponent(userId)}/personal-data`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const reason = 'Access request 12'

test('it holds everything there is of somebody, with no token, and that it was handed out is in the log', async () => {
  const userId = await makeSomebody('ada@example.com')
  const response = await ask(userId, { reason })
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="personal-data-auth0-\w+\.json"$/)
  const text = await response.text()
  const data = PersonalData.parse(JSON.parse(text))
  expect(data).toMatchObject({
    userId,
    missing: [],
    user: { email: 'ada@example.com', nickname: 'Countess' },
    record: { user_id: userId, identities: [{ provider: 'auth0' }] },
    identities: [{ isPrimary: true }],
    roles: [{ name: 'Role of ada@example.com' }],
    sessions: [{}],
    notes: [{ text: `Called twice ${hostile}` }],
    deletionDueAt: null,
  })
  expect(data.staffActions?.find(({ phase }) => phase === 'done')).toMatchObject({ action: 'user.add-note' })
  expect(data.staffActions?.map(({ action }) => action)).toContain('user.edit')
  expect(data.log?.map(({ type }) => type)).toContain('sapi')
  expect(text).not.toMatch(/access_token|refresh_token"|password_hash|Correct-Horse/)
  expect((await all.auditOf(userId)).at(-1)).toMatchObject({ action: 'user.export-data', phase: 'done', reason, changes: [{ after: { format: 'json', missing: [] } }] }) // prettier-ignore
})

test('the page to read runs nothing, whatever is in it, and holds the same', async () => {
  const userId = await makeSomebody('page@example.com')
  const response = await ask(userId, { format: 'html', reason })
  const page = await response.text()
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; sandbox/) // prettier-ignore
  expect(response.headers.get('content-type')).toContain('text/html')
  // No markup but ours.
  const tags = new Set(
    [...page.matchAll(/<(\/?[a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag?.toLowerCase().replace('/', '')),
  )
  expect([...tags].sort()).toEqual(['!doctype', 'body', 'dd', 'div', 'dl', 'dt', 'h1', 'h2', 'head', 'header', 'html', 'li', 'main', 'meta', 'ol', 'p', 'section', 'span', 'style', 'title']) // prettier-ignore
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
  expect(page).toContain('Called twice')
})

test('what cannot be had is named: by a scope of the tenant’s, and by what whoever asks may not see', async () => {
  const userId = await makeSomebody('partly@example.com')
  refuses = (path) => path.endsWith('/sessions')
  const data = PersonalData.parse((await narrow.post(`/users/${encodeURIComponent(userId)}/personal-data`, { reason })).body) // prettier-ignore
  const page = await (await ask(userId, { format: 'html', reason })).text()
  refuses = () => false
  expect(data.missing.map(({ part, code, missingScopes }) => [part, code, missingScopes])).toEqual([
    ['log', 'permission-missing', undefined],
    ['staffActions', 'permission-missing', undefined],
    ['sessions', 'tenant-scope-missing', ['read:sessions']],
  ])
  expect([data.log, data.staffActions, data.sessions]).toEqual([null, null, null])
  expect(page).toContain('Not to be had: The tenant refuses')
  expect((await all.auditOf(userId)).at(-2)).toMatchObject({ action: 'user.export-data', changes: [{ after: { missing: ['log', 'staffActions', 'sessions'] } }] }) // prettier-ignore
})

test('nothing is handed out without a reason where one is wanted, of nobody, or before it is in the log', async () => {
  const userId = await makeSomebody('kept@example.com')
  expect(await (await ask(userId, {})).json()).toMatchObject({ code: 'reason-required' })
  expect(await (await ask('auth0|nobody', { reason })).json()).toMatchObject({ code: 'user-not-found' })
  expect(await all.auditOf('auth0|nobody')).toEqual([])
  await sql`ALTER FUNCTION rollcall.append_audit(text) RENAME TO append_audit_away`.execute(all.db.db)
  const answer = await ask(userId, { reason })
  const text = await answer.text()
  await sql`ALTER FUNCTION rollcall.append_audit_away(text) RENAME TO append_audit`.execute(all.db.db)
  expect([answer.status, text.includes('kept@example.com')]).toEqual([500, false])
})
