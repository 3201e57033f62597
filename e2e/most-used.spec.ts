import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, expectAccessible, signIn, test } from './application.ts'
import type { Application } from './application.ts'

/** What staff do most, as far as no other journey does it: by one program, one after the other. */
test.describe.configure({ mode: 'default' })

const connection = 'Username-Password-Authentication'
const make = async (app: Application, name: string): Promise<string> => {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`
  const account = { connection, email, name, password: `Aa1!${crypto.randomUUID()}` }
  return ((await app.management('POST', 'users', account)).body as { user_id: string }).user_id
}
const pathOf = (userId: string) => `users/${encodeURIComponent(userId)}`

/** Chooses something of the menu on the page of a user. @returns its dialog */
async function choose(page: Page, label: string) {
  await page.getByRole('button', { name: /^Actions for/ }).click()
  await page.getByRole('menuitem', { name: label, exact: true }).click()
  return page.getByRole('dialog')
}
const done = (page: Page, text: string) => expect(page.getByText(text).first()).toBeVisible()

async function expectToFit(page: Page) {
  await page.setViewportSize({ width: 390, height: 844 })
  await expectAccessible(page)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) // prettier-ignore
  expect(overflow).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: 1280, height: 720 })
}

test('what somebody signs in with is changed: address, linked account, second factors, password; then they are contained', async ({
  page,
  app,
}) => {
  const userId = await make(app, 'Mona Most')
  const otherId = await make(app, 'Mona Second')
  await app.management('POST', `${pathOf(userId)}/authentication-methods`, { type: 'phone', name: 'Mobile', phone_number: '+4930123456', preferred_authentication_method: 'sms' }) // prettier-ignore
  await signIn(page, app, pathOf(userId))
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Mona Most')

  let dialog = await choose(page, 'Change e-mail')
  await dialog.getByLabel('New e-mail address').fill('mona.new@example.com')
  await dialog.getByLabel(/vouch for it/).check()
  await expect(dialog.getByText(/Nobody has shown that the address is theirs/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Change the address of Mona Most' }).click()
  await done(page, 'Changed the address of Mona Most.')
  await expect(page.getByRole('main').locator('header')).toContainText('mona.new@example.com')

  dialog = await choose(page, 'Link an account')
  await dialog.getByLabel('The other user').fill(otherId)
  await expect(dialog.getByText(/Addresses|address/).first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Link to Mona Most' }).click()
  await done(page, 'Linked an account to Mona Most.')
  expect((await app.management('GET', pathOf(otherId))).status).toBe(404)

  dialog = await choose(page, 'Remove second factors')
  await dialog.getByLabel(/to confirm/).fill('mona.new@example.com')
  await dialog.getByRole('button', { name: 'Remove from Mona Most' }).click()
  await done(page, 'Removed second factors of Mona Most.')

  dialog = await choose(page, 'Set password')
  await dialog.getByLabel('New password').fill('Correct-Horse-9-Battery')
  await dialog.getByLabel(/to confirm/).fill('mona.new@example.com')
  await dialog.getByRole('button', { name: 'Set the password of Mona Most' }).click()
  await done(page, 'Set the password of Mona Most.')

  dialog = await choose(page, 'Contain account')
  await expect(dialog).toContainText('Access tokens that applications hold already')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Contain Mona Most' }).click()
  await done(page, 'Contained the account of Mona Most.')
  expect((await app.management('GET', pathOf(userId))).body).toMatchObject({ blocked: true, email: 'mona.new@example.com', email_verified: true, identities: [{}, {}] }) // prettier-ignore
  expect((await app.management('GET', `${pathOf(userId)}/authentication-methods`)).body).toEqual([])
})

test('somebody is invited from the list, and an address that is taken leads to whose it is', async ({ page, app }) => {
  const there = await make(app, 'Theo There')
  await signIn(page, app)
  await page.getByRole('button', { name: 'New user' }).click()
  await expectAccessible(page)
  await page.getByRole('menuitem', { name: /^Invite somebody/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail address').fill('theo.there@example.com')
  await expect(dialog.getByRole('link', { name: `Open ${there}` })).toBeVisible()
  await expectToFit(page)
  await dialog.getByLabel('E-mail address').fill('ina.vited@example.com')
  await expect(dialog.getByText(/A mail goes to ina.vited@example.com/)).toBeVisible()
  await dialog.getByRole('radio', { name: /By a link/ }).check()
  await expect(dialog.getByText(/hand it to nobody but them/)).toBeVisible()
  await expectToFit(page)
  await dialog.getByRole('button', { name: 'Invite them' }).click()
  await expect(dialog.locator('code')).toContainText('http')
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('ina.vited@example.com')

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('new user')
  await page.getByRole('option', { name: 'New user' }).click()
  await dialog.getByLabel('E-mail address').fill('made@example.com')
  await expect(dialog.getByRole('definition').first()).toBeVisible()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Make the user' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('made@example.com')
})

test('a permission is given by its API, and what is held on somebody is handed out as a page', async ({
  page,
  app,
}) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  const scopes = ['read', 'write'].map((verb) => ({ value: `${verb}:ledgers`, description: `To ${verb} ledgers` }))
  await app.management('POST', 'resource-servers', { name: 'Ledgers', identifier: 'https://ledgers.example', scopes })
  const userId = await make(app, 'Perry Mitt')
  await signIn(page, app, `${pathOf(userId)}/access`)
  const card = page.getByRole('region', { name: 'Permissions', exact: true })
  const dialog = page.getByRole('dialog')
  for (const verb of ['read', 'write']) {
    await card.getByRole('button', { name: 'Assign permissions' }).click()
    await dialog.getByLabel('API').selectOption('Ledgers')
    if (verb === 'write') await expect(dialog.getByRole('checkbox', { name: /read:ledgers · they have it/ })).toBeDisabled() // prettier-ignore
    await dialog.getByRole('searchbox').fill(verb)
    await dialog.getByRole('checkbox', { name: new RegExp(`^${verb}:ledgers`) }).check()
    await expect(dialog.getByRole('definition')).toContainText(`${verb}:ledgers`)
    if (verb === 'write') await expectToFit(page)
    await dialog.getByRole('button', { name: 'Assign to Perry Mitt' }).click()
    await expect(card).toContainText(`${verb}:ledgers`)
  }

  await choose(page, 'Export personal data')
  await expectToFit(page)
  await dialog.getByLabel('Reason').fill('They asked')
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Download' }).click()
  const file = await readFile(await (await download).path(), 'utf8')
  expect(file).toContain('<h1>Personal data of Perry Mitt</h1>')
  expect(file).toContain('write:ledgers')
})
