import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailTo } from '../testing/browser.ts'
import { databaseConnection, makeUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { compose } from './compose.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

const addUser = async (at = tenant) => {
  const email = `${randomUUID()}@example.com`
  const { body } = await at.api('POST', '/users', { connection: databaseConnection, email, password: randomUUID() })
  return { email, userId: (body as { user_id: string }).user_id }
}

/** A request with headers that fetch does not let through. */
async function ask(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const sent = request(`${tenant.http}${path}`, { headers })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  let text = ''
  for await (const part of answer) text += String(part)
  return { status: answer.statusCode ?? 0, text }
}

test('mail that is not sent is read on a page, its links included', async () => {
  const { email } = await addUser()
  const list = await (await fetch(`${tenant.http}/mailbox`)).text()
  expect(list).toContain(email)
  const [kept] = (await (await fetch(`${tenant.http}/mailbox?format=json&to=${email}`)).json()) as { id: string; links: string[] }[] // prettier-ignore
  const page = await (await fetch(`${tenant.http}/mailbox/${kept?.id}`)).text()
  expect(page).toContain(`href="${kept?.links[0]}"`)
  expect((await fetch(`${tenant.http}/mailbox/nothing`)).status).toBe(404)
})

test.each([
  ['a name that somebody let resolve to this machine', { host: 'evil.example' }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a proxy that speaks for somebody elsewhere', { 'x-forwarded-for': '192.0.2.1' }],
])('the mailbox is shut to %s', async (_name, headers) => {
  const { email } = await addUser()
  for (const path of ['/mailbox', '/mailbox?format=json', '/mailbox/0000000000000000']) {
    const answer = await ask(path, { host: tenant.domain, ...(headers as Record<string, string>) })
    expect(answer.status).toBe(403)
    expect(answer.text).not.toContain(email)
  }
})

test('mail is kept for a week, and no more than a thousand of it', async () => {
  const { db } = tenant.tenant.context
  const { sweepMails } = await import('./mails.store.ts')
  const values = Array.from({ length: 1010 }, (_unused, index) => ({ id: `sweep-${index}`, kind: 'verify_email', recipient: 'x@example.com', subject: 'x', body: 'x', created_at: new Date() })) // prettier-ignore
  await db.insertInto('mails').values(values).execute()
  await sweepMails(db, new Date())
  expect(await db.selectFrom('mails').select('id').execute()).toHaveLength(1000)
  await sweepMails(db, new Date(Date.now() + 8 * 86_400_000))
  expect(await db.selectFrom('mails').select('id').execute()).toHaveLength(0)
})

test('with a server mail leaves by SMTP, and is not kept', async () => {
  const received: string[] = []
  const server = createServer((socket) => {
    let isData = false
    socket.write('220 ready\r\n')
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      if (isData) {
        received.push(text)
        if (text.includes('\r\n.\r\n')) {
          isData = false
          socket.write('250 taken\r\n')
        }
        return
      }
      for (const line of text.split('\r\n').filter(Boolean)) {
        isData = line === 'DATA'
        socket.write(isData ? '354 go on\r\n' : line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n')
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sending = await startTestTenant(undefined, undefined, { mail: { smtpUrl: `smtp://127.0.0.1:${port}`, from: 'Shop <shop@example.com>' } }) // prettier-ignore
  try {
    const { email } = await addUser(sending)
    expect(await mailTo(sending, email)).toEqual([]) // it waits for what is on its way
    const sent = received.join('')
    expect(sent).toContain(`To: ${email}`)
    expect(sent).toContain('From: Shop <shop@example.com>')
    expect(sent).toContain('/u/email-verification?ticket=3D') // quoted-printable
  } finally {
    await sending.close()
    server.close()
  }
})

test('a server that is away costs the mail, and leaves a word in the log; the request is answered', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  await once(gone, 'close')
  const sending = await startTestTenant(undefined, undefined, { mail: { smtpUrl: `smtp://127.0.0.1:${port}` } })
  try {
    const { userId } = await addUser(sending)
    await sending.tenant.context.mail.flush()
    await sending.tenant.context.logs.flush()
    const { body } = await sending.api('GET', `/logs?q=type:fn`)
    expect(body).toMatchObject([{ type: 'fn', user_id: userId, description: 'Could not send verify_email' }])
  } finally {
    await sending.close()
  }
})

test('a job sends the mail that asks to confirm an address', async () => {
  const user = await makeUser(tenant)
  expect(await mailTo(tenant, user.email)).toEqual([]) // it was confirmed from the start
  const job = await tenant.api('POST', '/jobs/verification-email', { user_id: user.userId })
  expect(job.status).toBe(201)
  const { id } = job.body as { id: string }
  expect((await tenant.api('GET', `/jobs/${id}`)).body).toMatchObject({ status: 'completed' }) // it waits for small jobs
  expect(await mailTo(tenant, user.email)).toMatchObject([{ kind: 'verify_email' }])
})

test('what a mail quotes is text, whatever it holds', () => {
  const { html, text } = compose({ subject: 'x', paragraphs: ['<b>"&'], action: { label: '<i>', url: 'https://a.example/?a=1&b="2"' } }) // prettier-ignore
  expect(html).toContain('&lt;b&gt;&quot;&amp;')
  expect(html).toContain('href="https://a.example/?a=1&amp;b=&quot;2&quot;"')
  expect(text).toBe('<b>"&\n\n<i>:\nhttps://a.example/?a=1&b="2"\n')
})
