import { expect, expectAccessible, expectGoodLooks, expectNoSidewaysScroll, signIn, test } from './application.ts'
import type { Application } from './application.ts'

/** Done by a program, as the tenant’s machine-to-machine application may. */
async function act(app: Application, userId: string, action: string): Promise<void> {
  const { audience, m2m } = app.credentials
  const credentials = { grant_type: 'client_credentials', client_id: m2m.clientId, client_secret: m2m.clientSecret, audience } // prettier-ignore
  const headers = { 'content-type': 'application/json' }
  const asked = await fetch(`${app.tenantUrl}/oauth/token`, { method: 'POST', headers, body: JSON.stringify(credentials) })
  const { access_token: token } = (await asked.json()) as { access_token: string }
  const done = await fetch(`${app.dashboardUrl}/api/users/${encodeURIComponent(userId)}/actions/${action}`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify({ reason: 'Left the company' }),
  })
  expect(done.status).toBe(200)
} // prettier-ignore

test('whoever was deleted is restored from the recycle bin by keyboard, and destroyed on a phone', async ({
  page,
  app,
}) => {
  const { body } = await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: 'binny@example.com',
    name: 'Binny Person',
    password: `Aa1!${crypto.randomUUID()}`,
    app_metadata: { plan: 'pro' },
  })
  const { user_id: userId } = body as { user_id: string }
  const inTenant = () => app.management('GET', `users/${encodeURIComponent(userId)}`)
  await act(app, userId, 'user.delete')
  expect((await inTenant()).status).toBe(404)

  await signIn(page, app)
  await page.getByRole('link', { name: 'Recycle bin' }).click()
  const item = page.getByRole('listitem').filter({ hasText: 'Binny Person' })
  await expect(item).toContainText('Left the company')
  await expectAccessible(page)
  await item.getByRole('button', { name: 'Restore Binny Person' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Their password is lost')
  await expectAccessible(page)
  await dialog.getByRole('textbox').focus()
  await page.keyboard.type('A mistake')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Restored Binny Person.').first()).toBeVisible()
  await expect(item).toHaveCount(0)
  expect(await inTenant()).toMatchObject({ status: 200, body: { app_metadata: { plan: 'pro' } } })

  await act(app, userId, 'user.delete')
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(item).toBeVisible()
  await expectAccessible(page)
  await item.getByRole('button', { name: /^Destroy/ }).click()
  const destroy = dialog.getByRole('button', { name: 'Destroy' })
  await expect(destroy).toBeDisabled()
  await dialog.getByLabel(/to confirm/).fill('binny@example.com')
  await destroy.click()
  await expect(page.getByText('What was kept of Binny Person is destroyed.').first()).toBeVisible()
  await expect(item).toHaveCount(0)
  await expectNoSidewaysScroll(page)
})

test('the retention report tells what is kept until when, and each figure leads to its list', async ({
  page,
  app,
}, info) => {
  for (const [name, action] of [
    ['Kept Person', 'user.delete'],
    ['Waiting Person', 'user.schedule-deletion'],
  ] as const) {
    const { body } = await app.management('POST', 'users', {
      connection: 'Username-Password-Authentication',
      email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
      name,
      password: `Aa1!${crypto.randomUUID()}`,
    })
    await act(app, (body as { user_id: string }).user_id, action)
  }
  await signIn(page, app, 'recycle-bin')
  await page.getByRole('button', { name: 'Retention report' }).click()
  const report = page.getByRole('region', { name: 'Retention report' })
  const waiting = report.getByRole('region', { name: 'To be deleted' })
  await expect(waiting.getByText(/due within 30 days/)).toBeVisible()
  await expect(report.getByRole('region', { name: 'Kept' }).getByText(/final within 7 days/)).toBeVisible()
  await expectGoodLooks(page, { shown: report, pathOf: (look) => info.outputPath(`retention-${look}.png`) })
  await waiting.getByRole('link', { name: /due within 30 days/ }).click()
  const list = page.getByRole('list', { name: 'Recycle bin' })
  await expect(list.getByRole('listitem').filter({ hasText: 'Waiting Person' })).toBeInViewport()
  await expect(list.getByRole('listitem').filter({ hasText: 'Kept Person' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: /^Take away: Due before/ })).toBeVisible()
  await waiting.getByRole('button', { name: /As a table$/ }).click()
  await expectAccessible(page)
})
