import type { Page } from '@playwright/test'
import { expect, expectAccessible, signIn, test } from './application.ts'
import type { Application } from './application.ts'

/** Somebody to do things to; ends on their page. */
async function openSomebody(page: Page, app: Application, name: string, tab = ''): Promise<string> {
  const { body } = await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`,
    name,
    password: `Aa1!${crypto.randomUUID()}`,
    user_metadata: { theme: 'dark', plan: 'pro' },
  })
  const path = `users/${encodeURIComponent((body as { user_id: string }).user_id)}`
  await signIn(page, app, path + tab)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
  return path
}

const userOf = async (app: Application, path: string) => (await app.management('GET', path)).body

test('somebody is blocked with a reason, all by keyboard, and the undo is a key away', async ({ page, app }) => {
  const path = await openSomebody(page, app, 'Brutus Keyes')
  const dialog = page.getByRole('dialog')
  const header = page.getByRole('main').locator('header')

  const menu = page.getByRole('button', { name: 'Actions for Brutus Keyes' })
  await menu.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Block' })).toBeVisible()
  await expectAccessible(page)
  await expect(page.getByRole('menuitem').last()).toHaveText('Delete now')
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp') // past “Delete in 14 days”
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')

  await expect(dialog).toContainText('Access tokens that applications hold already')
  await expectAccessible(page)
  await expect(dialog.getByRole('checkbox')).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.type('Ticket 4711')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status').filter({ hasText: 'Blocked Brutus Keyes.' })).toBeVisible()
  await expect(header.getByText('Blocked', { exact: true })).toBeVisible()
  await expect(menu).toBeFocused()
  expect(await userOf(app, path)).toMatchObject({ blocked: true })

  await page.keyboard.press('Control+z')
  await expect(page.getByText('Brutus Keyes is not blocked any more.')).toBeVisible()
  await expect(header.getByText('Blocked', { exact: true })).toHaveCount(0)
  expect(await userOf(app, path)).toMatchObject({ blocked: false })
})

test('a profile is edited over a reload and past somebody else’s change, and metadata with its difference shown', async ({
  page,
  app,
}) => {
  page.on('dialog', (question) => question.accept()) // the browser's own, about leaving
  const path = await openSomebody(page, app, 'Dora Fielding')
  const dialog = page.getByRole('dialog')
  const review = page.getByRole('button', { name: 'Review changes' })

  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.getByLabel('Picture').fill('not an address')
  await expect(page.getByText('An address begins with http:// or https://.')).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Picture').fill('')
  await page.getByRole('textbox', { name: /^Name/ }).fill('Dora Maar')
  await page.reload()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('Dora Maar')

  await app.management('PATCH', path, { name: 'Dora Somebody' })
  await review.click()
  await expect(dialog.getByRole('alert')).toContainText('Dora Somebody')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Go on with the present values' }).click()
  await dialog.getByRole('button', { name: /^Save changes/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Dora Maar')

  await page.getByRole('tab', { name: 'Metadata' }).click()
  await page.getByRole('button', { name: 'Edit User metadata' }).click()
  const editor = page.getByRole('textbox', { name: 'User metadata' })
  await editor.fill('{\n  "theme": "dark",\n}')
  await expect(page.getByText('Line 3, column 1')).toBeVisible()
  await expectAccessible(page)
  await editor.fill('{ "theme": "dark" }')
  await expect(page.getByText('Sent as null, and so taken away: plan.')).toBeVisible()
  await page.getByRole('link', { name: 'Insights' }).click()
  await dialog.getByRole('button', { name: 'Stay here' }).click()
  await review.click()
  await dialog.getByRole('button', { name: /^Save changes/ }).click()
  await expect(editor).toHaveCount(0)
  expect(await userOf(app, path)).toMatchObject({ name: 'Dora Maar', user_metadata: { theme: 'dark' } })
})

test('a role is given and taken where roles are shown', async ({ page, app }) => {
  const { body } = await app.management('POST', 'roles', { name: 'Keeper of keys' })
  const path = await openSomebody(page, app, 'Rolf Rollins', '/access')
  const dialog = page.getByRole('dialog')
  const roles = page.getByRole('region', { name: 'Roles', exact: true })

  await roles.getByRole('button', { name: 'Assign roles' }).click()
  await dialog.getByRole('searchbox').fill('keeper')
  await dialog.getByRole('checkbox', { name: /Keeper of keys/ }).check()
  await expect(dialog.getByRole('definition')).toContainText('Keeper of keys')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Assign to Rolf Rollins' }).click()
  await expect(roles.getByRole('listitem').first()).toContainText('Keeper of keys')
  expect((await app.management('GET', `${path}/roles`)).body).toEqual([expect.objectContaining({ id: (body as { id: string }).id })]) // prettier-ignore

  await roles.getByRole('button', { name: 'Remove the role Keeper of keys' }).click()
  await dialog.getByRole('button', { name: 'Remove from Rolf Rollins' }).click()
  await expect(roles).toContainText('They have no role.')
  expect((await app.management('GET', `${path}/roles`)).body).toEqual([])
})
