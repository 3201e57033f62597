import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, eventsOf, exchangeCode, mailTo, refresh } from '../testing/browser.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let twin: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
  twin = await startTestTenant(tenant) // a second process on the same database
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

const newPassword = 'another horse battery'
const browser = () => new TestBrowser(tenant.http)

async function makeUser() {
  const who = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  const { body } = await tenant.api('POST', '/users', { connection: 'Username-Password-Authentication', ...who })
  return { ...who, userId: (body as { user_id: string }).user_id }
}

async function askForReset(login: string) {
  const visitor = browser()
  const { state } = await visitor.begin(tenant)
  const answer = await visitor.submit('/u/reset-password/request', { state, username: login })
  return { status: answer.status, text: (await answer.text()).replaceAll(state, '') }
}
const resetLink = async (email: string) => (await mailTo(tenant, email)).find(({ kind }) => kind === 'reset_email')?.links[0] ?? '' // prettier-ignore
const ticketOf = (link: string) => new URL(link).searchParams.get('ticket') ?? ''

const submitReset = (origin: string, ticket: string, password: string, repeated = password) =>
  fetch(`${origin}/u/reset-password`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ ticket, password, repeated }),
  })

test('a forgotten password is set anew by a link in the mail, which ends all that was open', async () => {
  const user = await makeUser()
  const before = await exchangeCode(tenant, (await browser().signIn(tenant, {}, user)).get('code') ?? '')
  await askForReset(user.email)
  const link = await resetLink(user.email)
  expect(await (await fetch(link)).text()).toContain(user.email)
  expect((await submitReset(tenant.http, ticketOf(link), newPassword)).status).toBe(200)

  expect((await refresh(tenant, before.body.refresh_token ?? '')).status).toBe(403)
  expect((await browser().signIn(tenant, {}, user)).get('code')).toBeNull()
  expect((await browser().signIn(tenant, {}, { ...user, password: newPassword })).get('code')).toBeTruthy()
  const { body } = await tenant.api('GET', `/users/${encodeURIComponent(user.userId)}`)
  // The mail reached them, so the address is theirs.
  expect(body).toMatchObject({ email_verified: true, last_password_reset: expect.any(String) as unknown })
  expect(await eventsOf(tenant, user.userId)).toEqual(expect.arrayContaining(['scpr', 'scp']))
})

test('who asks for a reset learns nothing of who has an account', async () => {
  const user = await makeUser()
  const stranger = `${randomUUID()}@example.com`
  expect(await askForReset(user.email)).toEqual(await askForReset(stranger))
  expect(await mailTo(tenant, stranger)).toEqual([])
  const api = async (email: string) => {
    const response = await fetch(`${tenant.http}/dbconnections/change_password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: tenant.spa.clientId, connection: 'Username-Password-Authentication', email }),
    })
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }
  expect(await api(user.email)).toEqual(await api(stranger))
  expect(await api(user.email)).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
    text: "We've just sent you an email to reset your password.",
  })
})

test('nobody’s inbox is filled: after ten mails in an hour no more are sent, and the answer is the same', async () => {
  const user = await makeUser()
  for (let count = 0; count < 12; count += 1) expect((await askForReset(user.email)).status).toBe(200)
  expect((await mailTo(tenant, user.email)).filter(({ kind }) => kind === 'reset_email')).toHaveLength(10)
})

test('of many uses of one link at once, over two processes, one sets the password', async () => {
  const user = await makeUser()
  await askForReset(user.email)
  const ticket = ticketOf(await resetLink(user.email))
  const passwords = Array.from({ length: 8 }, (_unused, index) => `${newPassword} ${index}`)
  const answers = await Promise.all(
    passwords.map((password, index) => submitReset(index % 2 === 0 ? tenant.http : twin.http, ticket, password)),
  )
  const won = passwords.filter((_password, index) => answers[index]?.status === 200)
  expect(won).toHaveLength(1)
  expect((await browser().signIn(tenant, {}, { email: user.email, password: won[0] ?? '' })).get('code')).toBeTruthy()
})

test('a link that was used, made up or is of another kind does nothing', async () => {
  const user = await makeUser()
  const { body } = await tenant.api('POST', '/tickets/email-verification', { user_id: user.userId })
  for (const ticket of ['', 'x'.repeat(32), ticketOf((body as { ticket: string }).ticket)]) {
    expect((await fetch(`${tenant.http}/u/reset-password?ticket=${ticket}`)).status).toBe(400)
    expect((await submitReset(tenant.http, ticket, newPassword)).status).toBe(400)
  }
  expect((await browser().signIn(tenant, {}, user)).get('code')).toBeTruthy()
})

test('a new password that breaks the rules, or was mistyped, is asked for again and the link stays good', async () => {
  const user = await makeUser()
  await askForReset(user.email)
  const ticket = ticketOf(await resetLink(user.email))
  expect(await (await submitReset(tenant.http, ticket, 'short')).text()).toContain('too easy to guess')
  expect(await (await submitReset(tenant.http, ticket, newPassword, 'something else')).text()).toContain('not the same')
  expect((await submitReset(tenant.http, ticket, newPassword)).status).toBe(200)
})

test('a ticket leads back to where its maker wanted, told how it went', async () => {
  const user = await makeUser()
  const { body } = await tenant.api('POST', '/tickets/password-change', {
    user_id: user.userId,
    result_url: 'https://app.example/done?kept=1',
    includeEmailInRedirect: true,
  })
  const answer = await submitReset(tenant.http, ticketOf((body as { ticket: string }).ticket), newPassword)
  const target = new URL(answer.headers.get('location') ?? '')
  expect(target.origin + target.pathname).toBe('https://app.example/done')
  expect(Object.fromEntries(target.searchParams)).toMatchObject({
    kept: '1',
    success: 'true',
    code: 'success',
    email: user.email,
  })
})

test('a link that confirms an address is good once, not spent by a look at it, and vouches for no other address', async () => {
  const user = await makeUser()
  const link = async () => ((await tenant.api('POST', '/tickets/email-verification', { user_id: user.userId })).body as { ticket: string }).ticket // prettier-ignore
  const first = await link()
  await fetch(first, { method: 'HEAD' })
  const [one, other] = await Promise.all([fetch(first), fetch(first)])
  expect([one.status, other.status].sort()).toEqual([200, 400])

  const [mail] = await mailTo(tenant, user.email)
  await tenant.api('PATCH', `/users/${encodeURIComponent(user.userId)}`, { email: `new-${user.email}`, email_verified: false }) // prettier-ignore
  expect((await fetch(mail?.links[0] ?? '')).status).toBe(400)
  expect((await tenant.api('GET', `/users/${encodeURIComponent(user.userId)}`)).body).toMatchObject({ email_verified: false }) // prettier-ignore
})

test('ten wrong passwords shut an account for the address they came from; mail opens it again', async () => {
  const user = await makeUser()
  const visitor = browser()
  const { state } = await visitor.begin(tenant)
  const attempt = async (password: string, username = user.email) => (await visitor.submit('/u/login', { state, username, password })).status // prettier-ignore
  for (let count = 0; count < 10; count += 1) expect(await attempt('wrong')).toBe(400)
  expect(await attempt(user.password)).toBe(429)

  const { body } = await tenant.api('GET', `/user-blocks/${encodeURIComponent(user.userId)}`)
  expect(body).toEqual({ blocked_for: [{ identifier: user.email, ip: '127.0.0.1', connection: 'Username-Password-Authentication' }] }) // prettier-ignore
  const mails = (await mailTo(tenant, user.email)).filter(({ kind }) => kind === 'blocked_account')
  expect(mails).toHaveLength(1)
  expect(await (await fetch(mails[0]?.links[0] ?? '')).text()).toContain('Open the account again?')
  expect(await attempt(user.password)).toBe(429) // the link was only looked at
  const opened = await fetch(`${tenant.http}/u/unblock`, {
    method: 'POST',
    body: new URLSearchParams({ ticket: ticketOf(mails[0]?.links[0] ?? '') }),
  })
  expect(opened.status).toBe(200)
  expect(await attempt(user.password)).toBe(302)
  expect(await eventsOf(tenant, user.userId)).toEqual(expect.arrayContaining(['fp', 'limit_wc', 'ublkdu', 's']))
})

test('a name nobody has is shut just the same, and an administrator or a new password opens an account', async () => {
  const user = await makeUser()
  const visitor = browser()
  const { state } = await visitor.begin(tenant)
  const shutFor = async (username: string) => {
    for (let count = 0; count < 10; count += 1) await visitor.submit('/u/login', { state, username, password: 'wrong' })
    return visitor.submit('/u/login', { state, username, password: 'wrong' })
  }
  const [known, unknown] = [await shutFor(user.email), await shutFor(`${randomUUID()}@example.com`)]
  expect([known.status, unknown.status]).toEqual([429, 429])
  expect(await known.text()).toBe(await unknown.text())

  const signIn = async (password: string) => (await visitor.submit('/u/login', { state, username: user.email, password })).status // prettier-ignore
  await tenant.api('DELETE', `/user-blocks?identifier=${user.email}`)
  await tenant.tenant.context.db.deleteFrom('login_failures').execute()
  expect((await shutFor(user.email)).status).toBe(429)
  await askForReset(user.email)
  expect((await submitReset(tenant.http, ticketOf(await resetLink(user.email)), newPassword)).status).toBe(200)
  expect(await signIn(newPassword)).toBe(302)
  await tenant.tenant.context.db.deleteFrom('login_failures').execute()
})

test('protection that was switched off, or an address that was let through, is not counted', async () => {
  const user = await makeUser()
  const settings = '/attack-protection/brute-force-protection'
  const visitor = browser()
  const { state } = await visitor.begin(tenant)
  const attempt = async (password: string) => (await visitor.submit('/u/login', { state, username: user.email, password })).status // prettier-ignore
  try {
    expect((await tenant.api('PATCH', settings, { max_attempts: 3 })).status).toBe(200)
    for (let count = 0; count < 3; count += 1) expect(await attempt('wrong')).toBe(400)
    expect(await attempt('wrong')).toBe(429)
    expect((await tenant.api('PATCH', settings, { allowlist: ['127.0.0.1'] })).status).toBe(200)
    expect(await attempt(user.password)).toBe(302)
  } finally {
    await tenant.api('PATCH', settings, { max_attempts: 10, allowlist: [] })
    await tenant.tenant.context.db.deleteFrom('login_failures').execute()
  }
})

test('a user that an administrator has blocked is told so after the right password only', async () => {
  const user = await makeUser()
  await tenant.api('PATCH', `/users/${encodeURIComponent(user.userId)}`, { blocked: true })
  expect(Object.fromEntries(await browser().signIn(tenant, {}, user))).toMatchObject({
    error: 'unauthorized',
    error_description: 'user is blocked',
  })
  const wrong = await browser().logIn(tenant, {}, { ...user, password: 'wrong' })
  expect(wrong.html).toContain('Wrong e-mail address, username or password.')
})

test('a password of another system is kept as ours are once it was used', async () => {
  const { db } = tenant.tenant.context
  const user = await makeUser()
  const bcrypt = '$2b$10$7EqJtq98hPqEX7fNZaFWoOhi5BWX4CGk5h8WMfwjV8oyGQ9O0UuQG' // of nothing that is used here
  const { storeImported } = await import('../users/imported-hash.ts')
  const { hash } = await import('@node-rs/bcrypt')
  await db.updateTable('identities').set({ password_hash: storeImported({ algorithm: 'bcrypt', hash: { value: bcrypt } }) }).where('user_id', '=', user.userId).execute() // prettier-ignore
  expect((await browser().signIn(tenant, {}, user)).get('code')).toBeNull()
  const own = storeImported({ algorithm: 'bcrypt', hash: { value: await hash(user.password, 10) } })
  await db.updateTable('identities').set({ password_hash: own }).where('user_id', '=', user.userId).execute()
  expect((await browser().signIn(tenant, {}, user)).get('code')).toBeTruthy()
  const kept = await db.selectFrom('identities').select('password_hash').where('user_id', '=', user.userId).executeTakeFirstOrThrow() // prettier-ignore
  expect(kept.password_hash).toMatch(/^\$argon2id\$/)
  expect((await browser().signIn(tenant, {}, user)).get('code')).toBeTruthy()
})
