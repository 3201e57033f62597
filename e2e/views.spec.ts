import { expect, expectAccessible, signIn, test } from './application.ts'

test('a view is saved, comes back with all it keeps, is changed, and can be had back once deleted', async ({
  page,
  app,
}) => {
  await signIn(page, app)
  const views = page.getByRole('navigation', { name: 'Views' })
  await expect(views.getByRole('link', { name: /^Everyone/ })).toHaveAttribute('aria-current', 'true')
  await expect(views.getByRole('link', { name: /^Blocked \d+/ })).toBeVisible()

  await page.getByRole('searchbox').fill('connection:github')
  await views.getByRole('button', { name: 'Save view' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save this view' })
  await expect(dialog.getByLabel('Name')).toBeFocused()
  await page.keyboard.type('From GitHub')
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  const saved = views.getByRole('link', { name: /^From GitHub/ })
  await expect(saved).toHaveAttribute('aria-current', 'true')
  await expect(saved).toHaveText(/From GitHub\s*\d+/)

  await views.getByRole('link', { name: /^Everyone/ }).click()
  await expect(page.getByRole('searchbox')).toHaveValue('')
  await saved.click()
  await expect(page.getByRole('searchbox')).toHaveValue('connection:github')
  await page.reload()
  await expect(saved).toHaveAttribute('aria-current', 'true')

  await page.getByRole('searchbox').fill('connection:github email_verified:false')
  await expect(saved).toContainText('changed')
  const menu = views.getByRole('button', { name: 'More about “From GitHub”' })
  await menu.click()
  await expectAccessible(page)
  await page.getByRole('menuitem', { name: 'Update to what is shown' }).click()
  await expect(saved).toHaveAttribute('aria-current', 'true')

  await menu.click()
  await page.getByRole('menuitem', { name: 'Delete view' }).click()
  await expect(saved).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(saved).toHaveAttribute('aria-current', 'true')
})
