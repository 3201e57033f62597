import type { CustomField } from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { fakeUsers } from '../../testing/fake-users.ts'
import { mountPage } from '../../testing/mount-page.ts'
import UsersPage from './UsersPage.vue'

const copied = vi.fn<(text: string) => Promise<void>>()

/** What the page fetches when it first wants it takes a busy machine a while. */
beforeAll(async () => {
  await Promise.all([import('./UserPreview.vue'), import('./ColumnChooser.vue'), import('./HeaderMenu.vue')])
  await mountPage(UsersPage, { answers: fakeUsers(1).answers })
  await vi.dynamicImportSettled()
})
beforeEach(() => {
  // No layout here: the list is told how much room it has.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(200)
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(copied.mockReset().mockResolvedValue())
  localStorage.clear()
  window.history.replaceState(null, '') // the row one comes back to
})
afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach)

async function open({ people = fakeUsers(30), path = '/', fields = [] as CustomField[] } = {}) {
  const page = await mountPage(UsersPage, { answers: people.answers, path, fields })
  const { wrapper, router } = page
  await vi.waitFor(() => expect(wrapper.find('[role=grid]').exists()).toBe(true))
  const grid = wrapper.get('[role=grid]')
  const press = async (...keys: string[]) => {
    for (const name of keys) {
      const parts = name === ' ' ? [' '] : name.split('+')
      const [ctrlKey, shiftKey, altKey] = ['Mod', 'Shift', 'Alt'].map((modifier) => parts.includes(modifier))
      await grid.trigger('keydown', { key: parts.at(-1), ctrlKey, shiftKey, altKey })
      await flushPromises()
    }
  }
  const focus = () => {
    const cell = grid.get('[tabindex="0"]').element
    return [Number(cell.closest('[data-row]')?.getAttribute('data-row')), Number(cell.getAttribute('data-column'))]
  }
  const selected = () => grid.findAll('[role=row][aria-selected=true]').map((row) => Number(row.attributes('data-row')))
  const cell = (row: number, column: number) => grid.get(`[data-row="${row}"] > [data-column="${column}"]`)
  const header = (name: string) => {
    const found = grid.findAll('[role=columnheader]').find((one) => one.text() === name)
    if (!found) throw new Error(`There is no column ${name}.`)
    return found
  }
  const query = () => router.currentRoute.value.query
  const said = () => wrapper.findAll('p[role=status]').map((line) => line.text())
  return { ...page, grid, press, focus, selected, cell, header, query, said }
}

test('one cell has the focus; keys move it by cells, screens and to the ends', async () => {
  const { press, focus, grid } = await open()
  expect(focus()).toEqual([0, 1])
  await press('j', 'ArrowDown', 'k', 'ArrowRight')
  expect(focus()).toEqual([1, 2])
  expect(document.activeElement).toBe(grid.get('[tabindex="0"]').element)
  await press('Mod+End')
  expect(focus()).toEqual([29, 7])
  await press('PageUp', 'Home')
  expect(focus()).toEqual([20, 0])
  await press('Mod+Home', 'ArrowUp')
  expect(focus()).toEqual([-1, 0])
  expect(grid.findAll('[tabindex="0"]')).toHaveLength(1)
})

test('rows and columns are numbered for those who cannot see how many there are', async () => {
  const { grid, cell } = await open({ people: fakeUsers(30) })
  expect(grid.attributes('aria-multiselectable')).toBe('true')
  expect(grid.attributes('aria-colcount')).toBe('8')
  expect(grid.attributes('aria-rowcount')).toBe('31')
  expect(cell(3, 2).attributes('aria-colindex')).toBe('3')
  expect(cell(3, 2).element.closest('[role=row]')?.getAttribute('aria-rowindex')).toBe('5')
  const { grid: cutShort } = await open({ people: fakeUsers(150, { countedUpTo: 120 }) })
  expect(cutShort.attributes('aria-rowcount')).toBe('-1')
})

test('users are selected by Space and X, in a range by Shift, all that are loaded by Ctrl A', async () => {
  const { press, selected, said } = await open()
  await press('ArrowDown', ' ')
  expect(selected()).toEqual([1])
  expect(said()).toContain('1 selected')
  await press('Shift+ArrowDown', 'Shift+ArrowDown')
  expect(selected()).toEqual([1, 2, 3])
  await press('Shift+ArrowUp')
  expect(selected()).toEqual([1, 2])
  await press('x')
  expect(selected()).toEqual([1])
  await press('Mod+a')
  expect(said()).toContain('30 selected')
  await press('Escape')
  expect(selected()).toEqual([])
})

test('the mouse selects by the checkbox, with Ctrl, and a range with Shift', async () => {
  const { cell, selected } = await open()
  await cell(2, 0).get('input').trigger('click')
  await cell(5, 3).trigger('click', { ctrlKey: true })
  expect(selected()).toEqual([2, 5])
  await cell(8, 3).trigger('click', { shiftKey: true })
  expect(selected()).toEqual([2, 5, 6, 7, 8])
  await cell(10, 3).trigger('click')
  expect(selected()).toEqual([2, 5, 6, 7, 8])
})

test('from those selected one goes on to all that match; another filter selects nobody', async () => {
  const { wrapper, press, router, said } = await open({ people: fakeUsers(250), path: '/?filter=Person' })
  await press('Mod+a')
  const button = (name: string) => wrapper.findAll('button').find((one) => one.text() === name)
  await vi.waitFor(() => expect(button('Select all 250 that match')).toBeDefined())
  await button('Select all 250 that match')?.trigger('click')
  expect(wrapper.get('[role=toolbar]').text()).toContain('250 selected')
  await press('x')
  expect(wrapper.get('[role=toolbar]').text()).toContain('249 selected')
  await router.replace('/?filter=Person+1')
  await flushPromises()
  expect(wrapper.find('[role=toolbar]').exists()).toBe(false)
  expect(said()).toContain('Nobody selected')
})

test('Ctrl C copies the cell, or the rows selected, in the order of the list', async () => {
  const { press } = await open({ people: fakeUsers(30) })
  await press('Mod+c')
  await vi.waitFor(() => expect(copied).toHaveBeenLastCalledWith('Person 0'))
  await press('x', 'Shift+ArrowDown', 'Mod+c')
  await vi.waitFor(() => expect(copied).toHaveBeenCalledTimes(2))
  const [head, ...rows] = copied.mock.lastCall?.[0].split('\n') ?? []
  expect(head).toBe('User\tConnection\tLast login\tLogins\tE-mail verified\tStatus\tCreated')
  expect(rows.map((row) => row.split('\t')[0])).toEqual(['Person 0', 'Person 1'])
})

test('a column moves, grows and is sorted by the keys of its header; the address says where it is', async () => {
  const { press, query, grid, said } = await open()
  await press('ArrowUp', 'ArrowRight', 'Mod+Shift+ArrowRight')
  await vi.waitFor(() =>
    expect(query().columns).toBe('name,last_login,connection,logins_count,email_verified,blocked,created_at'),
  )
  await press('Shift+ArrowRight')
  expect(grid.attributes('style')).toContain('216px')
  expect(localStorage.getItem('rollcall.grid.auth0|staff')).toContain('"connection":216')
  await press('Enter')
  await vi.waitFor(() => expect(query().sort).toBe('connection'))
  expect(said()).toContain('Sorted by Connection, ascending')
})

test('a column is dragged to another’s place', async () => {
  const { header, query } = await open()
  await header('Created').trigger('dragstart')
  await header('Connection').trigger('dragover')
  await header('Connection').trigger('drop')
  await vi.waitFor(() =>
    expect(query().columns).toBe('name,created_at,connection,last_login,logins_count,email_verified,blocked'),
  )
})

test('a column of metadata is added by its path, and asked for', async () => {
  const { wrapper, query, requests } = await open()
  await wrapper.get('button[aria-label=Columns]').trigger('click')
  await vi.waitFor(() => expect(wrapper.find('#metadata-path').exists()).toBe(true))
  await wrapper.get('#metadata-path').setValue('nonsense')
  await wrapper.get('form:has(#metadata-path)').trigger('submit')
  expect(wrapper.get('#metadata-fault').text()).toContain('app_metadata.plan')
  await wrapper.get('#metadata-path').setValue('app_metadata.plan')
  await wrapper.get('form:has(#metadata-path)').trigger('submit')
  await vi.waitFor(() => expect(query().columns).toMatch(/,app_metadata\.plan$/))
  await vi.waitFor(() => expect(wrapper.text()).toContain('app_metadata.plan of Person 0'))
  expect(requests.at(-1)).toContain('columns=app_metadata.plan')
})

test('what a column shows can be chosen and put in order without dragging', async () => {
  const { header, query, wrapper } = await open()
  await header('Logins').trigger('contextmenu')
  await vi.waitFor(() => expect(wrapper.find('[role=menu]').exists()).toBe(true))
  const items = wrapper.findAll('[role=menuitem]')
  await items.find((item) => item.text() === 'Hide column')?.trigger('click')
  await vi.waitFor(() => expect(query().columns).toBe('name,connection,last_login,email_verified,blocked,created_at'))
})

const ownField = (name: string, type: CustomField['type'], more: Partial<CustomField> = {}): CustomField => ({ name, label: name, path: `app_metadata.${name}`, type, options: [], mayEdit: true, ...more }) // prettier-ignore
const own = [
  ownField('salary', 'number'),
  ownField('hired', 'date'),
  ownField('vip', 'boolean'),
  ownField('plan', 'one-of', { options: [{ value: 'gold', label: 'Gold plan' }] }),
]

test('the team’s own fields are said as their type has it: dates, numbers to the right, yes and no', async () => {
  const appMetadata = { salary: 41500.5, hired: '2026-03-14', vip: true, plan: 'gold' }
  const path = `/?columns=name,${own.map((field) => field.path).join(',')}`
  const { cell, header, wrapper, press } = await open({ people: fakeUsers(3, { appMetadata }), path, fields: own })
  const texts = () => [2, 3, 4, 5].map((column) => cell(0, column).text())
  await expect.poll(texts).toEqual(['41,500.5', 'Mar 14, 2026', 'Yes', 'Gold plan'])
  expect([cell(0, 2), header('salary')].map((one) => one.classes('justify-end'))).toEqual([true, true])
  expect(cell(0, 3).classes('justify-end')).toBe(false)
  await press('p')
  await vi.waitFor(() =>
    expect(wrapper.get('aside').text()).toMatch(/salary\s*41,500\.5\s*hired\s*Mar 14, 2026\s*vip\s*Yes/),
  )
})

test('what is no value of the field’s type is shown as it is stored', async () => {
  const appMetadata = { salary: 'a lot', hired: 'in spring', vip: 'maybe', plan: { name: 'x' } }
  const path = `/?columns=name,${own.map((field) => field.path).join(',')}`
  const { cell } = await open({ people: fakeUsers(3, { appMetadata }), path, fields: own })
  const texts = () => [2, 3, 4, 5].map((column) => cell(0, column).text())
  await expect.poll(texts).toEqual(['a lot', 'in spring', 'maybe', '{"name":"x"}'])
})

test('a user stands beside the list; arrows go on to the next; Escape closes and the focus is back', async () => {
  const { press, query, wrapper, focus } = await open()
  await press('ArrowDown', 'p')
  expect(query().show).toBe('auth0|1')
  await vi.waitFor(() => expect(wrapper.get('aside').text()).toContain('p1@example.com'))
  await press('ArrowDown')
  await vi.waitFor(() => expect(query().show).toBe('auth0|2'))
  await press('Escape')
  await vi.waitFor(() => expect(query().show).toBeUndefined())
  expect(focus()).toEqual([2, 1])
})

test('a link that shows a user opens with them beside the list', async () => {
  const { wrapper } = await open({ path: '/?show=auth0%7C7' })
  await vi.waitFor(() => expect(wrapper.get('aside').text()).toContain('p7@example.com'))
})

test('rows that come and go above do not move what one is looking at', async () => {
  const people = fakeUsers(250)
  const { grid, press, focus, changes } = await open({ people })
  await press('Mod+End', 'Mod+End', 'Mod+End')
  await vi.waitFor(() => expect(grid.find('[aria-rowindex="251"]').exists() || focus()[0] === 99).toBe(true))
  const userInFocus = () => grid.get('[tabindex="0"]').element.closest('[role=row]')?.textContent
  const before = userInFocus()
  people.leave('auth0|3')
  changes.tell({ kind: 'users', userIds: 'many' })
  await vi.waitFor(() => expect(grid.element.parentElement?.textContent).toContain('New changes'))
  expect(userInFocus()).toBe(before)
})

test('only the rows near what is in view are in the page', async () => {
  const { grid } = await open({ people: fakeUsers(1000) })
  expect(grid.findAll('[role=row]').length).toBeLessThan(30)
})

test('compact rows are lower, and stay so', async () => {
  localStorage.setItem('rollcall.grid.auth0|staff', JSON.stringify({ isDense: true }))
  const { grid } = await open()
  expect(grid.get('[data-row="0"]').attributes('style')).toContain('height: 36px')
})

test('the question mark lists the keys', async () => {
  const { wrapper } = await open()
  document.dispatchEvent(new KeyboardEvent('keydown', { key: '?' }))
  await vi.waitFor(() => expect(wrapper.find('dialog').text()).toContain('Show beside the list'))
})

test('what the filter’s words have found is marked', async () => {
  const { grid } = await open({ path: '/?filter=Person' })
  await vi.waitFor(() => expect(grid.get('mark').text()).toBe('Person'))
})

test('a filter that cannot be read is told of, and the rows stay', async () => {
  const people = fakeUsers(30)
  const { wrapper, router, grid } = await open({ people })
  people.breakDown(
    new Response(JSON.stringify({ status: 400, code: 'filter-invalid', detail: 'There is no field “bad”.' }), {
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
    }),
  )
  await router.replace('/?filter=bad:1')
  await vi.waitFor(() => expect(wrapper.text()).toContain('There is no field bad'))
  expect(wrapper.find('[role=alert]').exists()).toBe(false)
  expect(grid.text()).toContain('Person 0')
})
