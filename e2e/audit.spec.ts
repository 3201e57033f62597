import { expect, expectAccessible, signIn, test } from './application.ts'

test('what staff do is in the audit log, is narrowed from the keyboard, and is taken out as a file', async ({
  page,
  app,
}) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  const email = 'audited.person@example.com'
  const { body } = await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email,
    name: 'Audited Person',
    password: `Aa1!${crypto.randomUUID()}`,
  })
  const { user_id: userId } = body as { user_id: string }
  await signIn(page, app, `users/${encodeURIComponent(userId)}`)
  await page.getByRole('button', { name: 'Delete now' }).click()
  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'))
  await dialog.getByLabel(/^Type/).fill(email)
  await dialog.getByRole('button', { name: /^Delete/ }).click()
  await expect(page.getByText('Deleted Audited Person.')).toBeVisible()
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()

  await page.getByRole('link', { name: 'Audit log' }).click()
  const item = page.getByRole('listitem').filter({ hasText: userId })
  const entry = item.locator('summary')
  await expect(entry).toContainText('Deleted')
  await expectAccessible(page)
  await entry.focus()
  await page.keyboard.press('Enter')
  await expect(item.getByLabel('What changed')).toContainText('Account')
  await expectAccessible(page)
  await page.getByRole('button', { name: `Only what was done to ${userId}` }).click()
  await expect(page.getByRole('list', { name: 'Only shown' })).toContainText(`To ${userId}`)
  await expect(page.locator('summary')).toHaveCount(1)
  await page.getByLabel('Outcome').selectOption('Failed')
  await expect(page.getByText('No entry matches')).toBeVisible()
  await page.getByRole('button', { name: 'Show everything' }).click()
  await expect(entry).toBeVisible()

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export as CSV' }).click()
  expect((await download).suggestedFilename()).toMatch(/^audit-\d{4}-\d{2}-\d{2}\.csv$/)
  await expect(page.getByText(/^Exported/)).toBeVisible()
})
