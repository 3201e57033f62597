import { expect, expectAccessible, expectGoodLooks, signIn, test } from './application.ts'

test('a segment is planned regularly: its dry run reports, and waits for a person to start it', async ({
  page,
  app,
}, info) => {
  await signIn(page, app)
  await page.getByRole('link', { name: 'Clean-up' }).click()
  const segment = page.getByRole('region', { name: 'Not seen for a year' })
  await expect(segment.getByRole('link')).toHaveText(/\d+ users/)
  await segment.getByRole('button', { name: 'Plan this regularly: Not seen for a year' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Spring cleaning')
  await dialog.getByLabel('How often').selectOption('Every month')
  await expect(dialog.getByLabel('What is done')).toHaveValue('user.block')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Plan it' }).click()
  await expect(dialog).toBeHidden()

  const planned = page.getByRole('region', { name: 'Planned regularly' })
  const schedule = planned.getByRole('listitem').filter({ hasText: 'Spring cleaning' })
  await expect(schedule).toContainText('Block · Every month · next in')
  await expect(schedule).toContainText('Ready to start', { timeout: 30_000 }) // the server looks for what is due every few seconds
  await schedule.getByLabel('How often: Spring cleaning').selectOption('Every week')
  await schedule.getByRole('button', { name: 'Pause' }).click()
  await expect(schedule).toContainText('Paused')
  await expectGoodLooks(page, { shown: schedule, pathOf: (look) => info.outputPath(`clean-up-${look}.png`) })

  await schedule.getByRole('link', { name: /^Last dry run: \d+ users$/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Block · \d+ users$/)
  await expect(page.getByText('Nothing has been changed so far.')).toBeVisible()
  await page.goBack()
  await schedule.getByRole('button', { name: 'Delete: Spring cleaning' }).click()
  await schedule.getByRole('group').getByRole('button', { name: 'Delete' }).click()
  await expect(planned).toBeHidden()
})
