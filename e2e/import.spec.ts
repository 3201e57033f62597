import { expect, expectAccessible, signIn, test } from './application.ts'

test('a file is dropped on the page, checked, started by its number, and its users are there', async ({
  page,
  app,
}) => {
  const picture = 'https://s.gravatar.com/avatar/0'
  const file = `E-Mail,First name,Surname,Avatar\nnew@import.example,Ada,Lovelace,${picture}\nnobody,Bob,Builder,${picture}\n`
  await signIn(page, app)
  await page.getByRole('link', { name: 'Import' }).click()
  await expect(page.getByRole('heading', { name: 'Import users' })).toBeVisible()
  await page.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(file) }) // prettier-ignore
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Upload and check' }).click()

  await expect(page.getByRole('heading', { name: 'people.csv' })).toBeVisible()
  await expect(page.getByLabel('What Surname becomes')).toHaveValue('family_name')
  await expect(page.getByText('Line 3')).toBeVisible()
  await expect(page.getByText('email: Is no e-mail address.').first()).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'Type 1 to confirm' }).fill('1')
  await page.getByRole('button', { name: 'Import 1 user' }).click()
  await expect(page.getByText('Ended')).toBeVisible()
  await expect(page.getByRole('row', { name: 'Created 1', exact: true })).toBeVisible()
  await page.getByRole('link', { name: 'new@import.example' }).click()
  await expect(page.getByRole('heading', { name: 'new@import.example' })).toBeVisible()
  await expectAccessible(page)

  const { body } = await app.management('GET', 'users-by-email?email=new@import.example')
  for (const { user_id: id } of body as { user_id: string }[]) await app.management('DELETE', `users/${encodeURIComponent(id)}`) // prettier-ignore
})

test('an import that is started elsewhere is followed as it happens', async ({ page, app, context }) => {
  await signIn(page, app)
  await page.goto(`${app.dashboardUrl}/imports/new`)
  const rows = Array.from({ length: 40 }, (_unused, at) => `p${at}@followed.example`)
  await page.locator('input[type=file]').setInputFiles({ name: 'followed.csv', mimeType: 'text/csv', buffer: Buffer.from(`email\n${rows.join('\n')}\n`) }) // prettier-ignore
  await page.getByRole('button', { name: 'Upload and check' }).click()
  await expect(page.getByRole('textbox', { name: 'Type 40 to confirm' })).toBeVisible()

  // It stands still, so nothing is asked for again by itself: what moves this page is what the server tells it.
  const elsewhere = await context.newPage()
  await elsewhere.goto(page.url())
  await elsewhere.getByRole('textbox', { name: 'Type 40 to confirm' }).fill('40')
  await elsewhere.getByRole('button', { name: 'Import 40 users' }).click()
  await expect(page.getByRole('row', { name: 'Created 40', exact: true })).toBeVisible()
  await expect(page.getByText('Ended')).toBeVisible()
  await expectAccessible(page)

  const { body } = await app.management('GET', `users?q=${encodeURIComponent('email.domain:"followed.example"')}&search_engine=v3&per_page=100`) // prettier-ignore
  const ids = (body as { user_id: string }[]).map(({ user_id: id }) => id)
  await Promise.all(ids.map((id) => app.management('DELETE', `users/${encodeURIComponent(id)}`)))
})
