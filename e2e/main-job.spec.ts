import { expect, fillSignIn, signIn, test } from './application.ts'
import type { Application } from './application.ts'

const demoUsers = 1000

/** Someone made for one test, so that tests do not depend on one another's deletions. */
async function makeUser(app: Application, name: string): Promise<{ user_id: string; email: string; name: string }> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`
  const { body } = await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email,
    name,
    password: `Aa1!${crypto.randomUUID()}`,
  })
  return body as { user_id: string; email: string; name: string }
}

test('a staff member signs in, finds a user, deletes them, and the tenant has them no more', async ({ page, app }) => {
  const user = await makeUser(app, 'Zenobia Quillfeather')
  await signIn(page, app)

  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
  await page.getByRole('searchbox').fill('quillfeather')
  const row = page.getByRole('row', { name: /Zenobia Quillfeather/ })
  await expect(row).toBeVisible()
  await expect(page).toHaveURL(/filter=quillfeather/)
  await row.getByText('Zenobia Quillfeather').click()

  await expect(page.getByRole('heading', { name: 'Zenobia Quillfeather' })).toBeVisible()
  await expect(page).toHaveURL(new RegExp(encodeURIComponent(user.user_id)))
  await page.getByRole('button', { name: 'Delete now' }).click()

  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'))
  await expect(dialog).toContainText(user.email)
  const confirm = dialog.getByRole('button', { name: /^Delete/ })
  await expect(confirm).toBeDisabled()
  await expect(dialog.getByLabel('Reason')).toBeFocused()
  await dialog.getByLabel(/^Type/).fill(user.email)
  await confirm.click()

  await expect(
    page.getByText(/Zenobia Quillfeather.*(deleted|was deleted)|Deleted.*Zenobia Quillfeather/i).first(),
  ).toBeVisible()
  await expect(page.getByRole('row', { name: /Zenobia Quillfeather/ })).toHaveCount(0)
  const gone = await app.management('GET', `users/${encodeURIComponent(user.user_id)}`)
  expect(gone).toMatchObject({ status: 404, body: { errorCode: 'inexistent_user' } })
})

test('everyone who has signed up can be scrolled to, and the count is true', async ({ page, app }) => {
  await signIn(page, app)
  const { body } = await app.management('GET', 'users?per_page=1&include_totals=true')
  const { total } = body as { total: number }
  expect(total).toBeGreaterThan(demoUsers)
  await expect(page.getByText(new RegExp(`${total.toLocaleString('en-GB')} users`)).first()).toBeVisible()

  const grid = page.getByRole('grid', { name: 'Users' })
  const last = grid.locator(`[aria-rowindex="${total + 1}"]`)
  // Each End goes to the last row there is and makes the next page come.
  await expect(async () => {
    await grid.getByRole('gridcell').first().press('Control+End')
    await expect(last).toBeAttached({ timeout: 100 })
  }).toPass({ timeout: 45_000, intervals: [50] })
})

test('a wrong password is told calmly, and the right one then lets in', async ({ page, app, complaints }) => {
  await page.goto(app.dashboardUrl)
  await fillSignIn(page, { ...app.credentials.staff, password: 'not the password' })
  await expect(page.getByText(/wrong e-?mail|wrong username/i)).toBeVisible()
  await fillSignIn(page, app.credentials.staff)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
  complaints.list = complaints.list.filter((line) => !line.includes('400')) // the browser names each refused request
})

test('a reload and a second tab stay signed in; signing out ends both', async ({ page, app, context }) => {
  await signIn(page, app)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
  const second = await context.newPage()
  await second.goto(app.dashboardUrl)
  await expect(second.getByRole('grid', { name: 'Users' })).toBeVisible()

  await page.getByRole('button', { name: /account/i }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => !url.pathname.includes('/v2/logout'))
  await second.reload()
  await expect(second.getByRole('grid', { name: 'Users' })).toHaveCount(0)
})

test('a staff member cannot delete themself', async ({ page, app }) => {
  const { body } = await app.management(
    'GET',
    `users-by-email?email=${encodeURIComponent(app.credentials.staff.email)}`,
  )
  const [staff] = body as { user_id: string }[]
  await signIn(page, app, `users/${encodeURIComponent(staff?.user_id ?? '')}`)
  for (const name of ['Delete now', 'Delete in 14 days'])
    await expect(page.getByRole('button', { name })).toBeDisabled()
})

test('someone who holds no permission is told which one is missing', async ({ page, app }) => {
  const password = `Aa1!${crypto.randomUUID()}`
  await app.management('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: 'guest@example.com',
    password,
  })
  await page.goto(app.dashboardUrl)
  await fillSignIn(page, { email: 'guest@example.com', password })
  await expect(page.getByText('manage:users')).toBeVisible()
  await expect(page.getByRole('grid')).toHaveCount(0)
})

test('a link to a user survives the sign-in on the way to it', async ({ page, app }) => {
  const user = await makeUser(app, 'Linked Person')
  await signIn(page, app, `users/${encodeURIComponent(user.user_id)}`)
  await expect(page.getByRole('heading', { name: 'Linked Person' })).toBeVisible()
})

test('a user who does not exist is named on the page that says so', async ({ page, app, complaints }) => {
  await signIn(page, app, `users/${encodeURIComponent('auth0|nobody')}`)
  await expect(page.getByText('auth0|nobody')).toBeVisible()
  await expect(page.getByText(/not found|no such user|does not exist/i).first()).toBeVisible()
  complaints.list = complaints.list.filter((line) => !line.includes('404')) // the browser names each failed request
})
