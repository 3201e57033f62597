import { flushPromises } from '@vue/test-utils'
import type { ActionList, TimelineEntry, UserCounts } from '@rollcall/contracts/admin-api'
import { afterEach, expect, test } from 'vitest'
import { json, mountPage, problem, wholeUser } from '../../testing/mount-page.ts'
import UserPage from './UserPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

const ada = wholeUser()
const notScheduled = { code: 'not-scheduled', message: 'Nobody has scheduled it.' }
const actionList = (obstacle: ActionList['actions'][number]['obstacle']): ActionList => ({
  deleteAfterDays: 14,
  actions: ['user.schedule-deletion', 'user.cancel-deletion', 'user.delete'].map((name) => {
    const its = name === 'user.cancel-deletion' ? (obstacle ?? notScheduled) : obstacle
    return { name, isPossible: its === null, obstacle: its, needsReason: false, needsApproval: false }
  }),
})
const counted = (count: number) => ({ count, isExact: true, problem: null })
const counts: UserCounts = {
  identities: counted(1),
  roles: counted(1),
  permissions: counted(2),
  organizations: { count: null, isExact: false, problem: { code: 'tenant-scope-missing', detail: 'Add it.' } },
  sessions: { count: 200, isExact: false, problem: null },
  refreshTokens: counted(3),
  factors: counted(0),
  blocks: counted(0),
  related: counted(0),
}
const parts: Record<string, unknown> = {
  summary: counts,
  actions: actionList(null),
  roles: {
    roles: [{ roleId: 'rol_1', name: 'Editor', description: null, sources: [{ kind: 'direct' }] }],
    organizationsProblem: null,
  },
}
const entry = (id: string, changes: Partial<TimelineEntry>): TimelineEntry => ({
  entryId: id,
  at: '2026-02-01T10:00:00.000Z',
  kind: 'sign-in',
  type: 's',
  hasFailed: false,
  description: null,
  actorId: null,
  address: null,
  place: null,
  userAgent: null,
  connection: null,
  application: null,
  organization: null,
  ...changes,
})

interface Options {
  userId?: string
  tab?: string
  permissions?: ['read:users']
  /** By the part of the user; `user` is the user itself. */
  answers?: Record<string, () => Response>
}

async function open({ userId = ada.userId, tab, permissions, answers = {} }: Options = {}) {
  const page = await mountPage(UserPage, {
    path: `/users/${encodeURIComponent(userId)}/${tab ?? ''}`,
    answers: (request) => {
      const [, , , part = 'user'] = request.split(/[ ?]/)[1]?.split('/').filter(Boolean) ?? []
      const answer = answers[part]?.() ?? (part === 'user' ? json(ada) : undefined)
      return answer ?? (parts[part] ? json(parts[part]) : problem(502, 'The tenant’s answer is of no use.'))
    },
    props: { userId, tab },
    ...(permissions && { permissions }),
  })
  await flushPromises()
  const { wrapper } = page
  return {
    ...page,
    tabNamed: (name: string) => wrapper.findAll('[role=tab]').find((one) => one.text().startsWith(name)),
    deleteButton: () => wrapper.findAll<HTMLButtonElement>('button').find((one) => one.text() === 'Delete now'),
  }
}

test('it shows who the user is at a glance, and how much there is to them', async () => {
  const { wrapper, deleteButton, tabNamed } = await open()
  expect(wrapper.get('header').text()).toMatch(/Ada Lovelace.*MFA.*ada@example.com.*Verified.*auth0\|1.*Never/s)
  expect(wrapper.get('[role=tabpanel]').text()).toContain('203.0.113.7')
  expect(deleteButton()?.element.disabled).toBe(false)
  expect(wrapper.get('[role=tabpanel]').text()).toContain('Delete in 14 days')
  expect(wrapper.text()).not.toContain('Cancel the deletion')
  expect(tabNamed('Roles')?.text()).toContain('3')
  expect(tabNamed('Sessions')?.text()).toContain('203+')
  // What could not be counted is not said to be nothing.
  expect(tabNamed('Organizations')?.text()).toBe('Organizations')
})

test('a user who is not there is named', async () => {
  const { wrapper } = await open({ userId: 'auth0|nobody', answers: { user: () => problem(404, 'There is none.') } })
  expect(wrapper.text()).toContain('There is no user auth0|nobody.')
})

test('a failure can be tried again', async () => {
  let isBroken = true
  const { wrapper } = await open({ answers: { user: () => (isBroken ? problem(502, 'Of no use.') : json(ada)) } })
  expect(wrapper.get('[role=alert]').text()).toContain('request-1')
  isBroken = false
  await wrapper.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(wrapper.get('h1').text()).toContain('Ada Lovelace')
})

test('a part that fails says so in its own place, and can be tried again alone', async () => {
  const { wrapper, requests } = await open({ tab: 'access' })
  expect(wrapper.get('h1').text()).toContain('Ada Lovelace')
  const [roles, permissions] = wrapper.findAll('[role=tabpanel] section')
  expect(roles?.text()).toMatch(/Editor.*Assigned directly/s)
  expect(permissions?.get('[role=alert]').text()).toContain('request-1')
  const before = requests.length
  await permissions?.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(requests.slice(before)).toEqual(['GET /api/users/auth0%7C1/permissions'])
})

test('a tab is chosen by keyboard, fetched then, and is in the address', async () => {
  const { wrapper, router, requests, tabNamed } = await open()
  expect(requests.some((request) => request.endsWith('/roles'))).toBe(false)
  await tabNamed('Overview')?.trigger('keydown', { key: 'End' })
  ;(tabNamed('Identities')?.element as HTMLElement).focus()
  await tabNamed('Identities')?.trigger('keydown', { key: 'ArrowRight' })
  expect(document.activeElement?.textContent).toContain('Roles & permissions')
  await wrapper.get(':focus').trigger('keydown', { key: ' ' })
  await flushPromises()
  expect(router.currentRoute.value.path).toBe('/users/auth0|1/access')
})

test('why somebody has a permission is drawn, with who else has it by the same role', async () => {
  const api = { identifier: 'https://invoices.example/', name: 'Invoices' }
  const role = { roleId: 'rol_1', name: 'Reader' }
  const organization = { organizationId: 'org_1', name: 'initech', displayName: 'Initech' }
  const paths = [
    { kind: 'role', role },
    { kind: 'organization', organization, role },
  ]
  const permission = { permission: 'read:invoices', description: null, api, sources: paths }
  const { wrapper } = await open({
    tab: 'access',
    answers: {
      permissions: () => json({ permissions: [permission], organizationsProblem: null }),
      access: () =>
        json({
          ...permission,
          paths,
          holders: [{ role, users: 4, filter: 'role:rol_1' }],
          organizationsProblem: null,
        }),
    },
  })
  await wrapper.get('[role=tabpanel] [aria-expanded=false]').trigger('click')
  await flushPromises()
  expect(wrapper.findAll('ol').map((way) => way.findAll('bdi').map((step) => step.text()))).toEqual([
    ['Ada Lovelace', 'Reader', 'read:invoices'],
    ['Ada Lovelace', 'Initech', 'Reader', 'read:invoices'],
  ])
  const others = wrapper.findAll('a').find((link) => link.text() === '4 users hold the role Reader')
  expect(others?.attributes('href')).toContain('filter=role:rol_1')
})

test('the timeline is grouped by day, in words, and goes on', async () => {
  let asked = 0
  const { wrapper } = await open({
    tab: 'timeline',
    answers: {
      timeline: () =>
        asked++ === 0
          ? json({
              entries: [entry('3', { address: '203.0.113.7' }), entry('2', { type: 'fp', hasFailed: true })],
              next: '1-5',
              isAtLimit: false,
            })
          : json({
              entries: [
                entry('1', { at: '2026-01-20T10:00:00.000Z', type: 'brand_new', description: 'Something new' }),
              ],
              next: null,
              isAtLimit: false,
            }),
    },
  })
  const days = () => wrapper.findAll('[role=tabpanel] section section')
  expect(days().map((day) => day.findAll('li').map((item) => item.get('p').text()))).toEqual([
    ['Signed in', 'Wrong password'],
  ])
  await wrapper
    .findAll('button')
    .find((one) => one.text() === 'Show older')
    ?.trigger('click')
  await flushPromises()
  expect(days()).toHaveLength(2)
  expect(days()[1]?.text()).toContain('Something new')
})

test('who may not read the log is offered no timeline, nor shown it by its address', async () => {
  const { wrapper, requests, tabNamed } = await open({ tab: 'timeline', permissions: ['read:users'] })
  expect(tabNamed('Timeline')).toBeUndefined()
  expect(wrapper.get('[aria-selected=true]').text()).toBe('Overview')
  expect(requests.some((request) => request.includes('timeline'))).toBe(false)
})

test('each line of metadata leads to whoever has the same', async () => {
  const { wrapper } = await open({ tab: 'metadata' })
  expect(wrapper.text()).toContain('Nothing is stored here.')
  expect(wrapper.findAll('[aria-label="Copy the path user_metadata.theme"]')).toHaveLength(1)
  expect(wrapper.get('[role=group] a').attributes('href')).toContain('filter=user_metadata.theme:')
})

test('without the permission to delete there is no button for it', async () => {
  const missing = { code: 'permission-missing', message: 'This needs the permission delete:users.' }
  const { deleteButton } = await open({ answers: { actions: () => json(actionList(missing)) } })
  expect(deleteButton()).toBeUndefined()
})

test('one’s own page says why one cannot delete oneself', async () => {
  const refusal = { code: 'cannot-delete-yourself', message: 'You cannot delete the account you are signed in with.' }
  const { wrapper, deleteButton } = await open({ answers: { actions: () => json(actionList(refusal)) } })
  expect(deleteButton()?.element.disabled).toBe(true)
  expect(wrapper.text()).toContain(refusal.message)
})
