import { expect, signIn, test } from './application.ts'

test('the main job is done without a mouse', async ({ page, app }) => {
  await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: 'keyboard.only@example.com',
    name: 'Keyboard Only',
    password: `Aa1!${crypto.randomUUID()}`,
  })
  await signIn(page, app)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()

  await page.keyboard.press('/')
  await expect(page.getByRole('searchbox')).toBeFocused()
  await page.keyboard.type('keyboard.only')
  await expect(page.getByRole('row', { name: /Keyboard Only/ })).toBeVisible()
  await expect(page.getByRole('grid', { name: 'Users' })).toHaveAttribute('aria-rowcount', '2')

  // Tab until the focus is in the grid: how many stops lie between is the design's affair.
  const isInGrid = () => page.evaluate(() => document.activeElement?.closest('[role=grid]') !== null)
  for (let stops = 0; stops < 12 && !(await isInGrid()); stops += 1) await page.keyboard.press('Tab')
  expect(await isInGrid()).toBe(true)
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Keyboard Only' })).toBeVisible()

  await page.getByRole('button', { name: /^Delete/ }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'))
  await expect(dialog.getByLabel('Reason')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: /^Delete/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog.getByLabel('Reason')).toBeFocused()
  await expect(dialog.getByLabel(/^Type/)).toBeVisible()
  await page.keyboard.press('Tab')
  await page.keyboard.type('keyboard.only@example.com')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Deleted Keyboard Only.')).toBeVisible()
  await expect(page.getByRole('row', { name: /Keyboard Only/ })).toHaveCount(0)
  const { body } = await app.management('GET', 'users-by-email?email=keyboard.only%40example.com')
  expect(body).toEqual([])
})
