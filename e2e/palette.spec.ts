import { expect, expectAccessible, signIn, test } from './application.ts'

test('the palette finds users, pages and commands, by keyboard alone', async ({ page, app }) => {
  await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: 'palette.person@example.com',
    name: 'Palette Person',
    password: `Aa1!${crypto.randomUUID()}`,
  })
  await signIn(page, app)
  await expect(page.getByText('Palette Person')).toBeVisible()
  await page.getByRole('searchbox').focus()

  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox')
  await expect(box).toBeFocused()
  await expect(page.getByRole('option', { name: 'Never signed in' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('searchbox')).toBeFocused()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('palette.per')
  await expect(page.getByRole('option', { name: /Palette Person/ })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Palette Person' })).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('insi')
  await expect(page.getByRole('option', { name: 'Insights' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Insights' })).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('theme dark')
  await expect(page.getByRole('option', { name: 'Theme: dark' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('connection:github')
  await page.getByRole('option', { name: /Show all users/ }).click()
  await expect(page.getByRole('searchbox')).toHaveValue('connection:github')
})

test('on a phone a button opens the palette', async ({ page, app }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page, app)
  await page.getByRole('button', { name: 'Find or do anything' }).click()
  await expect(page.getByRole('combobox')).toBeFocused()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Find or do anything' })).toBeFocused()
})
