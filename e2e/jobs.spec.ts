import type { Page } from '@playwright/test'
import { expect, expectAccessible, fillSignIn, signIn, test, withoutPictures } from './application.ts'
import type { Application } from './application.ts'

/** Some who can be found by their name alone. */
async function enrol(app: Application, name: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let at = 1; at <= count; at += 1) {
    const { body } = await app.management('POST', 'users', {
      connection: 'Username-Password-Authentication',
      email: `${name.toLowerCase()}.${at}@example.com`,
      name: `${name} Number${at}`,
      password: `Aa1!${crypto.randomUUID()}`,
    })
    ids.push((body as { user_id: string }).user_id)
  }
  return ids
}

/** The list of them, once the directory has read of them in the tenant's log. */
async function openList(page: Page, app: Application, filter: string, count: number): Promise<void> {
  await signIn(page, app)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
  await expect(async () => {
    await page.goto(`${app.dashboardUrl}/?filter=${filter}`)
    await expect(page.getByText(`${count} matches`)).toBeVisible({ timeout: 5000 })
  }).toPass()
}

/** Another person who may do as much as the first. */
async function secondStaff(app: Application): Promise<{ email: string; password: string }> {
  const staff = { email: `second.${crypto.randomUUID()}@example.com`, password: `Aa1!${crypto.randomUUID()}` }
  const [first] = (
    await app.management('GET', `users-by-email?email=${encodeURIComponent(app.credentials.staff.email)}`)
  ).body as { user_id: string }[]
  const roles = (await app.management('GET', `users/${encodeURIComponent(first?.user_id ?? '')}/roles`)).body as { id: string }[] // prettier-ignore
  const { body } = await app.management('POST', 'users', { connection: 'Username-Password-Authentication', ...staff })
  const path = `users/${encodeURIComponent((body as { user_id: string }).user_id)}/roles`
  await app.management('POST', path, { roles: roles.map(({ id }) => id) })
  return staff
}

test('all that match are blocked at once: dry run, typed number, done, and undone', async ({ page, app }) => {
  const ids = await enrol(app, 'Jobbing', 4)
  const blocked = async () => {
    const users = await Promise.all(ids.map((id) => app.management('GET', `users/${encodeURIComponent(id)}`)))
    return users.map(({ body }) => (body as { blocked?: boolean }).blocked ?? false)
  }
  await openList(page, app, 'jobbing', 4)
  await page
    .getByRole('checkbox', { name: /^Select Jobbing/ })
    .first()
    .check()
  await page
    .getByRole('checkbox', { name: /^Select Jobbing/ })
    .nth(1)
    .check()
  await page.getByRole('button', { name: 'Select all 4 that match' }).click()
  await page.getByRole('button', { name: 'Actions', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Block', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Act on 4 users')
  await expectAccessible(page)
  await dialog.getByLabel('Reason').fill('Ticket 4711')
  await dialog.getByRole('button', { name: 'Dry run' }).click()

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Block · 4 users')
  await expect(page.getByText('4 users would be changed')).toBeVisible()
  await expectAccessible(page)
  const start = page.getByRole('button', { name: 'Start for 4 users' })
  await page.getByLabel(/to confirm/).fill('5')
  await expect(start).toBeDisabled()
  await page.getByLabel(/to confirm/).fill('4')
  await page.keyboard.press('Enter')
  const undo = page.getByRole('button', { name: 'Undo all of it' })
  await expect(undo).toBeVisible()
  expect(await blocked()).toEqual([true, true, true, true])
  await expect(page.locator('#outcomes li').filter({ hasText: 'Done' })).toHaveCount(4)
  await expectAccessible(page)

  await undo.click()
  await dialog.getByLabel('Reason').fill('A mistake')
  await dialog.getByRole('button', { name: 'Dry run' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Unblock, to undo a job · 4 users')
  await page.getByLabel(/to confirm/).fill('4')
  await page.keyboard.press('Enter')
  await expect(page.locator('h1 + span')).toHaveText('Done')
  expect(await blocked()).toEqual([false, false, false, false])
  await page.getByRole('link', { name: 'All jobs' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Unblock, to undo a job' })).toContainText('4 of 4 done')
  await expectAccessible(page)

  await page.setViewportSize({ width: 390, height: 844 })
  const pages = page.getByRole('navigation', { name: 'Pages' })
  await pages.getByRole('button', { name: 'Jobs' }).click()
  await expectAccessible(page)
  await pages.getByRole('link', { name: 'Clean-up' }).click()
  await expect(page.getByRole('region', { name: 'Not seen for a year' }).getByRole('link')).toHaveText(/\d+ users/)
  await expect(pages.getByRole('link', { name: 'Clean-up' })).toBeHidden()
  await expectAccessible(page)
})

test('what policy wants a second person for waits until somebody else types its number', async ({
  page,
  app,
  browser,
}) => {
  await enrol(app, 'Foureyed', 2)
  await openList(page, app, 'foureyed', 2)
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.getByRole('link', { name: 'New job' }).click()
  await page
    .getByLabel('E-mail addresses and user ids')
    .fill('foureyed.1@example.com\nfoureyed.2@example.com\nnobody.at.all@example.com')
  await page.getByLabel('What is done').selectOption('user.contain')
  await page.getByRole('button', { name: 'Dry run' }).click()
  await expect(page.getByText('1 entry matched nobody')).toBeVisible()
  await expect(page.getByText('nobody.at.all@example.com')).toBeVisible()
  await page.getByLabel(/to confirm/).fill('2')
  await page.getByRole('button', { name: 'Ask for approval' }).click()
  await expect(page.getByText('Nobody approves what they asked for themself.')).toBeVisible()
  await expectAccessible(page)

  const context = await browser.newContext()
  await withoutPictures(context)
  const other = await context.newPage()
  await other.goto(`${app.dashboardUrl}/jobs`)
  await fillSignIn(other, await secondStaff(app))
  const forMe = other.getByRole('region', { name: 'Waiting for your approval' })
  await forMe.getByRole('link', { name: 'Contain accounts · 2 users' }).click()
  await expect(other.getByText('Nothing has changed since the dry run')).toBeVisible()
  await expectAccessible(other)
  await other.getByLabel(/to confirm/).fill('2')
  await other.getByRole('button', { name: 'Approve for 2 users' }).click()
  await expect(page.locator('h1 + span')).toHaveText('Done') // told by the server
  await context.close()
})
