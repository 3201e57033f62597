import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './application.ts'

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${size}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme })

      test('every page is accessible and fits', async ({ page, app }, info) => {
        const look = async (name: string) => {
          await page.screenshot({ path: info.outputPath(`${name}-${size}-${colorScheme}.png`) })
          await expectAccessible(page)
          await expectNoSidewaysScroll(page)
        }
        await page.goto(app.dashboardUrl)
        await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
        await look('sign-in')
        await signIn(page, app)
        await expect(page.getByRole('searchbox')).toBeVisible()
        await expect(page.getByText('@example').first()).toBeVisible()
        await look('users')

        await page.getByRole('searchbox').fill('no one is called this')
        await expect(page.getByText('No user matches “no one is called this”')).toBeVisible()
        await look('no-match')

        const { body } = await app.management('GET', 'users?per_page=1&q=app_metadata.plan:pro')
        const [user] = body as { user_id: string }[]
        await page.goto(`${app.dashboardUrl}/users/${encodeURIComponent(user?.user_id ?? '')}`)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.getByRole('button', { name: 'Delete now' })).toBeVisible()
        await look('user')

        await page.getByRole('button', { name: 'Delete now' }).click()
        await expect(page.getByRole('alertdialog').or(page.getByRole('dialog'))).toBeVisible()
        await look('delete')
      })
    })
  }
}
