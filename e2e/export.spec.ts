import { readFile } from 'node:fs/promises'
import { expect, expectAccessible, signIn, test } from './application.ts'

test('what is shown is exported to a file that holds just that', async ({ page, app }) => {
  // A browser that can write to the disk asks where to, in a window of the system's that no test can reach.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  await signIn(page, app, '?filter=connection:github')
  const status = page.getByText(/^\d+ matches$/)
  await expect(status).toBeVisible()
  const matches = Number.parseInt((await status.textContent()) ?? '', 10)

  await page.getByRole('button', { name: 'Export' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export users' })
  await expect(dialog.getByLabel(`Those shown (${matches} users)`)).toBeChecked()
  await dialog.getByLabel(/^NDJSON/).check()
  await expectAccessible(page)
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Export' }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^users-\d{4}-\d\d-\d\d\.ndjson$/)
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n')
  const users = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(users).toHaveLength(matches)
  expect(users.every(({ connection, user_id: id }) => connection === 'github' && typeof id === 'string')).toBe(true)
  await expect(dialog.getByRole('status')).toContainText(`Exported ${matches} users`)

  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByRole('button', { name: 'Export' })).toBeFocused()
})
