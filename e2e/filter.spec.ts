import type { Page } from '@playwright/test'
import { expect, expectAccessible, signIn, test } from './application.ts'
import type { Application } from './application.ts'

const filterOf = (page: Page) => new URL(page.url()).searchParams.get('filter')

async function makeUser(app: Application, name: string, appMetadata: Record<string, unknown>) {
  const { status } = await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: `${crypto.randomUUID()}@example.com`,
    name,
    password: `Aa1!${crypto.randomUUID()}`,
    app_metadata: appMetadata,
  })
  expect(status).toBe(201)
}

test('people are found by keyboard alone, in the filter language and without knowing it', async ({ page, app }) => {
  await signIn(page, app)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()

  await page.keyboard.press('/')
  await page.keyboard.type('conn')
  await expect(page.getByRole('option', { name: /^connection/ })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.keyboard.type('gith')
  await expect(page.getByRole('option')).toHaveText([/^github\s*\d+ users$/])
  await expectAccessible(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => filterOf(page)).toBe('connection:github')
  await expect(page.getByRole('button', { name: 'Change: Connection is github' })).toBeVisible()

  const add = page.getByRole('button', { name: 'Add filter' })
  await add.focus()
  await page.keyboard.press('Enter')
  const builder = page.getByRole('dialog', { name: 'Add filter' })
  await expect(builder.getByLabel('Field', { exact: true })).toBeFocused()
  await builder.getByLabel('Field', { exact: true }).selectOption('email_verified')
  await builder.getByLabel('Condition').selectOption('no')
  await expectAccessible(page)
  await builder.getByLabel('Condition').press('Enter')
  await builder.getByRole('button', { name: 'Apply' }).press('Enter')
  await expect.poll(() => filterOf(page)).toBe('connection:github email_verified:false')
  await expect(page.getByRole('searchbox')).toHaveValue('connection:github email_verified:false')
  await expect(builder).toHaveCount(0)
  await expect(add).toBeFocused()

  await page.goBack()
  await expect.poll(() => filterOf(page)).toBe('connection:github')
  await page.goForward()
  await page.getByRole('button', { name: 'Remove: Connection is github' }).press('Enter')
  await expect.poll(() => filterOf(page)).toBe('email_verified:false')
  await expect(page.getByRole('button', { name: 'Remove: E-mail verified: no' })).toBeFocused()
})

test('what goes wrong in a filter is said with its place, and the list stays', async ({ page, app }) => {
  await signIn(page, app)
  const grid = page.getByRole('grid', { name: 'Users' })
  await expect(grid).toBeVisible()
  await page.getByRole('searchbox').fill('blocked:maybe')
  await expect(page.getByText('blocked is true or false, such as blocked:true.')).toBeVisible()
  await expect(page.getByRole('searchbox')).toHaveAttribute('aria-invalid', 'true')
  await expect(grid).toHaveAttribute('aria-busy', 'false')
  await expectAccessible(page)
})

test('what Auth0’s search takes can be pasted', async ({ page, app }) => {
  await signIn(page, app)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
  await page.getByRole('searchbox').fill('email:*@example.org AND NOT email_verified:false')
  await expect(page.getByRole('button', { name: 'Change: E-mail ends with @example.org' })).toHaveCount(0)
  await expect(page.getByText('E-mail ends with @example.org')).toBeVisible()
  await expect(page.getByText('Not: E-mail verified: no')).toBeVisible()
  await expect(page.getByText('@example.com')).toHaveCount(0)
})

test('another system’s link opens its user, through the sign-in; of several it lists them', async ({ page, app }) => {
  const crmId = crypto.randomUUID()
  await makeUser(app, 'Linked Person', { crm_id: crmId })
  await signIn(page, app, `?find=app_metadata.crm_id:${crmId}`)
  await expect(page.getByRole('heading', { name: 'Linked Person' })).toBeVisible()

  await makeUser(app, 'Linked Twin', { crm_id: crmId })
  await page.goto(`${app.dashboardUrl}/?filter=app_metadata.crm_id:${crmId}`)
  await expect(page.getByText('Linked Twin')).toBeVisible()
  await page.goto(`${app.dashboardUrl}/?find=app_metadata.crm_id:${crmId}`)
  await expect(page.getByText(`2 users match app_metadata.crm_id:${crmId}.`)).toBeVisible()
  await expect(page.getByText('Linked Person')).toBeVisible()
  await expect.poll(() => filterOf(page)).toBe(`app_metadata.crm_id:${crmId}`)
})
