import { expect, expectAccessible, fillSignIn, test } from './application.ts'

test('the events are for everyone, an event for signed-in people, the dashboard for staff', async ({
  page,
  events,
}) => {
  await page.goto(events.dashboardUrl.replace(/dashboard$/, ''))
  const first = page.getByRole('listitem').getByRole('link').first()
  await expect(first).toBeVisible()
  await expectAccessible(page)
  await first.click()
  await page
    .getByRole('button', { name: /sign in/i })
    .first()
    .click()
  await fillSignIn(page, events.credentials.staff)
  await expect(page).toHaveURL(/\/event/)
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Manage people' }).click()
  await expect(page).toHaveURL(/\/dashboard\//)
  await expect(page.getByRole('grid', { name: 'Users' })).toBeVisible()
})
