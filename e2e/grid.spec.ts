import type { Page } from '@playwright/test'
import { expect, expectAccessible, signIn, test } from './application.ts'
import type { Application } from './application.ts'

async function openUsers(page: Page, app: Application, path = '') {
  await signIn(page, app, path)
  const grid = page.getByRole('grid', { name: 'Users' })
  await expect(grid.getByRole('row').nth(3)).toBeVisible()
  /** Row 0 is the first user, column 0 the checkbox. */
  const cell = (row: number, column: number) => grid.locator(`[data-row="${row}"] > [data-column="${column}"]`)
  const selected = () => grid.getByRole('row', { selected: true })
  return { grid, cell, selected, query: () => new URL(page.url()).searchParams }
}

test('the list is arranged and searched through with the mouse', async ({ page, app }) => {
  const { grid, cell, selected, query } = await openUsers(page, app)
  const header = (name: string) => grid.getByRole('columnheader', { name, exact: true })

  await header('Logins').click()
  await expect(header('Logins')).toHaveAttribute('aria-sort', 'descending')
  await header('Created').dragTo(header('Connection'))
  await expect.poll(() => query().get('columns')).toMatch(/^name,created_at,connection/)

  const before = (await header('Created').boundingBox())?.width ?? 0
  const edge = await header('Created').locator('[data-resize]').boundingBox()
  if (!edge) throw new Error('The column has no edge to pull.')
  await page.mouse.move(edge.x + edge.width / 2, edge.y + edge.height / 2)
  await page.mouse.down()
  await page.mouse.move(edge.x + edge.width / 2 + 60, edge.y + 5, { steps: 4 })
  await page.mouse.up()
  await expect
    .poll(async () => Math.round((await header('Created').boundingBox())?.width ?? 0))
    .toBe(Math.round(before) + 60)
  await page.reload()
  await expect
    .poll(async () => Math.round((await header('Created').boundingBox())?.width ?? 0))
    .toBe(Math.round(before) + 60)

  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Roles' }).check()
  await page.getByText('Compact').click()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(header('Roles')).toBeAttached()

  await cell(1, 0).getByRole('checkbox').click()
  await cell(4, 2).click({ modifiers: ['Shift'] })
  await expect(selected()).toHaveCount(4)
  await cell(6, 2).click({ modifiers: ['ControlOrMeta'] })
  await expect(page.getByRole('toolbar', { name: 'Selected users' })).toContainText('5 selected')
  await page.getByRole('button', { name: /^Select all .* that match$/ }).click()
  await expect(page.getByRole('toolbar', { name: 'Selected users' })).toContainText(/\d,\d{3} selected/)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Clear selection' }).click()
  await expect(selected()).toHaveCount(0)

  await cell(2, 1).hover()
  await cell(2, 1)
    .getByRole('button', { name: /beside the list/ })
    .click()
  const beside = page.getByRole('complementary', { name: 'User beside the list' })
  await expect(beside).toContainText('User id')
  await beside.getByRole('button', { name: 'Next user' }).click()
  const name = await cell(3, 1).getByRole('link').innerText()
  await expect(beside.getByRole('heading', { level: 2 })).toHaveText(name)
  await expectAccessible(page)
  await page.goBack()
  await expect(beside).toHaveCount(0)
})

test('everything in the list is done from the keyboard', async ({ page, app, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { grid, cell, selected, query } = await openUsers(page, app)
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await page.getByRole('searchbox').focus()
  for (
    let stops = 0;
    stops < 20 && !(await grid.evaluate((node) => node.contains(document.activeElement)));
    stops += 1
  ) {
    await page.keyboard.press('Tab')
  }
  await expect(cell(0, 1)).toBeFocused()

  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(selected()).toHaveCount(2)
  await page.keyboard.press('ControlOrMeta+c')
  await expect(page.getByText('Copied 2 users.')).toBeVisible()
  expect((await copied()).split('\n')).toHaveLength(3)
  await page.keyboard.press('Escape')
  await expect(selected()).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+c')
  await expect.poll(copied).toBe(await cell(2, 1).getByRole('link').innerText())

  await page.keyboard.press('p')
  const beside = page.getByRole('complementary', { name: 'User beside the list' })
  await expect(beside).toContainText('User id')
  await page.keyboard.press('ArrowDown')
  await expect(beside.getByRole('heading', { level: 2 })).toHaveText(await cell(3, 1).getByRole('link').innerText())
  await page.keyboard.press('Escape')
  await expect(beside).toHaveCount(0)
  await expect(cell(3, 1)).toBeFocused()

  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(grid.getByRole('columnheader', { name: 'Connection', exact: true })).toBeFocused()
  await page.keyboard.press('ControlOrMeta+Shift+ArrowRight')
  await expect.poll(() => query().get('columns')).toMatch(/^name,last_login,connection/)
  await page.keyboard.press('Enter')
  await expect.poll(() => query().get('sort')).toBe('connection')
  await page.keyboard.press('Alt+ArrowDown')
  await expect(page.getByRole('menuitem', { name: 'Sort ascending' })).toBeFocused()
  await expectAccessible(page)
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(grid.getByRole('columnheader', { name: 'Connection', exact: true })).toHaveCount(0)

  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('to a screen reader it is a grid with numbered rows, headers that say the order, and news of what changes', async ({
  page,
  app,
}) => {
  const { grid, cell } = await openUsers(page, app)
  await expect(grid).toHaveAttribute('aria-multiselectable', 'true')
  await expect(grid).toHaveAttribute('aria-colcount', '8')
  await expect(grid).toHaveAttribute('aria-rowcount', /^\d{4,}$/)
  await expect(grid).toHaveAccessibleDescription(/Enter opens a user/)
  await expect(grid.getByRole('columnheader')).toHaveCount(8)
  await expect(grid.getByRole('columnheader', { name: 'Created', exact: true })).toHaveAttribute(
    'aria-sort',
    'descending',
  )
  await expect(grid.getByRole('row').nth(1)).toHaveAttribute('aria-rowindex', '2')
  await expect(grid.getByRole('row').nth(1).getByRole('gridcell').nth(2)).toHaveAttribute('aria-colindex', '3')
  await cell(0, 2).click()
  await page.keyboard.press('Space')
  await expect(grid.getByRole('row', { selected: true })).toHaveCount(1)
  await expect(page.getByRole('status').filter({ hasText: '1 selected' })).toBeAttached()
  await page.keyboard.press('Escape')
  await grid.getByRole('columnheader', { name: 'Logins', exact: true }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Sorted by Logins, descending' })).toBeAttached()
})

test('what others change reaches the open list, and what is new waits to be asked for', async ({ page, app }) => {
  const create = async (name: string) => {
    const { body } = await app.management('POST', 'users', {
      connection: 'Username-Password-Authentication',
      email: `${crypto.randomUUID()}@example.com`,
      name,
      password: `Aa1!${crypto.randomUUID()}`,
    })
    return (body as { user_id: string }).user_id
  }
  const userId = await create('Before The Change')
  const { grid } = await openUsers(page, app)
  await expect(grid.getByText('Before The Change')).toBeVisible()
  await app.management('PATCH', `users/${encodeURIComponent(userId)}`, { name: 'After The Change' })
  await expect(grid.getByText('After The Change')).toBeVisible({ timeout: 30_000 })
  await create('Newly There')
  const news = page.getByRole('button', { name: 'New changes – refresh' })
  await expect(news).toBeVisible({ timeout: 30_000 })
  await expect(grid.getByText('Newly There')).toHaveCount(0)
  await news.click()
  await expect(grid.getByText('Newly There')).toBeVisible()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('the users are cards that a long press selects, and nothing scrolls sideways', async ({ page, app }) => {
    await signIn(page, app)
    const cards = page.getByRole('list', { name: 'Users' }).getByRole('listitem')
    await expect(cards.nth(2)).toBeVisible()
    const box = await cards.nth(2).boundingBox()
    if (!box) throw new Error('The card is not there.')
    await page.mouse.move(box.x + 100, box.y + 40)
    await page.mouse.down()
    await expect(page.getByRole('toolbar', { name: 'Selected users' })).toContainText('1 selected')
    await page.mouse.up()
    await cards.nth(0).click()
    await expect(page.getByRole('toolbar', { name: 'Selected users' })).toContainText('2 selected')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Clear selection' }).click()
    await page.getByRole('button', { name: 'Columns' }).click()
    await expectAccessible(page)
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await overflow()).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
    await cards.nth(1).click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  })
})

test.describe('at 200 % zoom', () => {
  test.use({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 })

  test('the page still works', async ({ page, app }) => {
    await signIn(page, app)
    await expect(page.getByRole('listitem').filter({ hasText: '@example' }).first()).toBeVisible()
    await expectAccessible(page)
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBeLessThanOrEqual(0)
  })
})
