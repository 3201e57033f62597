import type { Page } from '@playwright/test'
import { expect, expectAccessible, signIn, test } from './application.ts'
import type { Application } from './application.ts'

const tabs = [
  { tab: 'Overview', path: '', shows: 'Profile' },
  { tab: 'Metadata', path: '/metadata', shows: 'App metadata' },
  { tab: 'Identities', path: '/identities', shows: 'Identities' },
  { tab: 'Roles & permissions', path: '/access', shows: 'Permissions' },
  { tab: 'Organizations', path: '/organizations', shows: 'Organizations' },
  { tab: 'Sessions & devices', path: '/sessions', shows: 'Sessions' },
  { tab: 'Security', path: '/security', shows: 'Blocks' },
  { tab: 'Notes & tags', path: '/notes', shows: 'Notes' },
  { tab: 'Timeline', path: '/timeline', shows: 'Timeline' },
  { tab: 'JSON', path: '/raw', shows: 'Everything as JSON' },
]
const api = 'https://invoices.example/'

/** Of the staff member, who has just signed in and so has a session, there is something in every part. */
async function makeStaffAlive(app: Application): Promise<string> {
  const { body } = await app.management(
    'GET',
    `users-by-email?email=${encodeURIComponent(app.credentials.staff.email)}`,
  )
  const userId = (body as { user_id: string }[])[0]?.user_id ?? ''
  const make = async (path: string, wanted: unknown) =>
    (await app.management('POST', path, wanted)).body as { id: string }
  const path = `users/${encodeURIComponent(userId)}`
  await make('resource-servers', { name: 'Invoices', identifier: api, scopes: [{ value: 'read:invoices' }] })
  const role = await make('roles', { name: 'Reader of invoices' })
  const permissions = [{ resource_server_identifier: api, permission_name: 'read:invoices' }]
  await make(`roles/${role.id}/permissions`, { permissions })
  const organization = await make('organizations', { name: 'the-office', display_name: 'The Office' })
  await make(`organizations/${organization.id}/members`, { members: [userId] })
  await make(`organizations/${organization.id}/members/${encodeURIComponent(userId)}/roles`, { roles: [role.id] })
  await make(`${path}/roles`, { roles: [role.id] })
  await app.management('PATCH', path, { app_metadata: { desk: { floor: 'third' } }, user_metadata: { theme: 'dark' } })
  return userId
}

const tabNamed = (page: Page, name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) })
const part = (page: Page, name: string) => page.getByRole('tabpanel').getByRole('region', { name, exact: true })

test('everything about one user is a tab away, by mouse and by keyboard', async ({ page, app, complaints }) => {
  await signIn(page, app)
  await expect(page.getByRole('searchbox')).toBeVisible()
  const userId = await makeStaffAlive(app)
  const address = `${app.dashboardUrl}/users/${encodeURIComponent(userId)}`

  await page.goto(address)
  await expect(page.getByRole('banner').or(page.locator('main header')).getByText('Verified')).toBeVisible()
  for (const { tab, path, shows } of tabs) {
    await tabNamed(page, tab).click()
    await expect(page).toHaveURL(`${address}${path}`)
    await expect(tabNamed(page, tab)).toHaveAttribute('aria-selected', 'true')
    await expect(part(page, shows)).toBeVisible()
    await expect(page.getByRole('tabpanel').getByText(/^Loading:/)).toHaveCount(0)
    await expectAccessible(page)
  }

  await page.setViewportSize({ width: 390, height: 844 })
  for (const { tab, shows } of tabs) {
    await tabNamed(page, tab).click()
    await expect(part(page, shows)).toBeVisible()
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, `${tab} scrolls sideways on a phone`).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize({ width: 1280, height: 720 })

  // The keyboard alone: to the tabs, along them, into one.
  await tabNamed(page, 'JSON').focus()
  await page.keyboard.press('Home')
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowRight')
  await expect(tabNamed(page, 'Roles')).toBeFocused()
  await expect(tabNamed(page, 'JSON')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(part(page, 'Roles').getByText('Within The Office')).toBeVisible()

  const permission = part(page, 'Permissions').getByRole('button', { name: /read:invoices/ })
  await permission.focus()
  await page.keyboard.press('Enter')
  const ways = part(page, 'Permissions').getByRole('list', { name: /^Way/ })
  await expect(ways).toHaveText([/Staff.*Reader of invoices.*read:invoices/, /The Office.*Reader of invoices/])
  await expectAccessible(page)
  await part(page, 'Permissions').getByRole('link', { name: '1 user holds the role Reader of invoices' }).click()
  await expect(page.getByRole('searchbox')).toHaveValue(/^role:/)
  await page.goBack()
  await expect(part(page, 'Permissions')).toBeVisible()

  await tabNamed(page, 'Notes').click()
  await part(page, 'Notes').getByLabel('New note').fill('Wants <b>a refund</b>.')
  await part(page, 'Notes').getByRole('button', { name: 'Add note' }).click()
  await expect(part(page, 'Notes').getByRole('listitem')).toContainText('Wants <b>a refund</b>.')
  await part(page, 'Tags').getByLabel('New tag').fill('needs call')
  await page.keyboard.press('Enter')
  await expect(part(page, 'Tags').getByRole('link', { name: 'needs call' })).toBeVisible()
  await expectAccessible(page)
  await part(page, 'Tags').getByRole('link', { name: 'needs call' }).click()
  await expect(page.getByRole('searchbox')).toHaveValue('tag:"needs call"')
  await page.goBack()

  await tabNamed(page, 'Timeline').click()
  await page.getByLabel('Show').selectOption('Sign-ins')
  await expect(page).toHaveURL(/kind=sign-in/)
  await page.reload()
  await expect(part(page, 'Timeline').getByRole('listitem').first()).toContainText('Signed in')

  await tabNamed(page, 'Metadata').click()
  await part(page, 'App metadata')
    .getByRole('link', { name: /app_metadata.desk.floor/ })
    .click()
  await expect(page.getByRole('searchbox')).toHaveValue('app_metadata.desk.floor:third')
  expect(complaints.list).toEqual([])
})

test('a part that cannot be had says so, and the rest stays', async ({ page, app, complaints }) => {
  let isBroken = true
  await page.route('**/api/users/*/sessions', (route) =>
    isBroken
      ? route.fulfill({
          status: 502,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            status: 502,
            code: 'tenant-scope-missing',
            detail: 'The tenant refuses Rollcall’s own token: it lacks read:sessions.',
            requestId: 'request-of-the-test',
          }),
        })
      : route.continue(),
  )
  await signIn(page, app)
  await expect(page.getByRole('searchbox')).toBeVisible()
  const { body } = await app.management(
    'GET',
    `users-by-email?email=${encodeURIComponent(app.credentials.staff.email)}`,
  )
  const userId = (body as { user_id: string }[])[0]?.user_id ?? ''
  await page.goto(`${app.dashboardUrl}/users/${encodeURIComponent(userId)}/sessions`)

  await expect(part(page, 'Sessions').getByRole('alert')).toContainText('read:sessions')
  await expect(part(page, 'Sessions').getByRole('alert')).toContainText('request-of-the-test')
  await expect(part(page, 'Applications with lasting access').getByRole('listitem').first()).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Staff')
  await expectAccessible(page)
  isBroken = false
  await part(page, 'Sessions').getByRole('button', { name: 'Try again' }).click()
  await expect(part(page, 'Sessions').getByRole('listitem').first()).toContainText('Chrome')

  // The browser itself complains of the answer that was made to fail.
  complaints.list = complaints.list.filter((text) => !text.includes('502'))
})
