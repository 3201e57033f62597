import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { json, mountPage, problem, wholeUser } from '../../testing/mount-page.ts'
import { asked } from '../actions/asked.ts'
import MergePage from './MergePage.vue'

const first = wholeUser({ userId: 'auth0|1', name: 'Ada', nickname: null, appMetadata: { plan: 'free' } })
const second = wholeUser({
  userId: 'auth0|2',
  name: 'Ada Lovelace',
  nickname: 'countess',
  appMetadata: { plan: 'gold', crm: 7 },
})
const role = (roleId: string, name: string) => ({ roleId, name, description: null, sources: [{ kind: 'direct' }] })
const organization = { organizationId: 'org_1', name: 'acme', displayName: 'Acme', roles: [{ roleId: 'r', name: 'Reader' }] } // prettier-ignore

const answers = (request: string) => {
  const userId = request.includes('auth0%7C1') ? '1' : '2'
  if (request.endsWith('%7C1') || request.endsWith('%7C2')) return json(userId === '1' ? first : second)
  if (request.endsWith('/roles')) return json({ roles: userId === '1' ? [role('rol_r', 'Reader')] : [role('rol_e', 'Editor'), role('rol_r', 'Reader')], organizationsProblem: null }) // prettier-ignore
  if (request.endsWith('/permissions')) return json({ permissions: [], organizationsProblem: null })
  if (request.endsWith('/organizations')) return json({ organizations: userId === '1' ? [] : [organization], rolesProblem: null }) // prettier-ignore
  return problem(404, 'There is no such thing.')
}
const open = async (permissions?: Parameters<typeof mountPage>[1]['permissions']) => {
  const page = await mountPage(MergePage, {
    answers,
    path: '/users/auth0%7C1/merge/auth0%7C2',
    props: { userId: 'auth0|1', otherId: 'auth0|2' },
    ...(permissions && { permissions }),
  })
  await vi.waitFor(() => expect(page.wrapper.text()).toContain('Acme'))
  await flushPromises()
  return page
}
afterEach(() => {
  document.body.innerHTML = ''
})
const all = ['read:users', 'update:users', 'manage:roles', 'manage:organizations', 'manage:credentials'] as const

test('at first nothing that is there is overwritten, and nothing is lost that fits beside it', async () => {
  const { wrapper } = await open([...all])
  await wrapper.find('form').trigger('submit')
  expect(asked.value).toMatchObject({
    words: 'user.link',
    user: { userId: 'auth0|1' },
    params: {
      secondaryUserId: 'auth0|2',
      take: {
        profile: ['nickname'],
        metadata: ['app_metadata.crm'],
        roleIds: ['rol_e'],
        permissions: [],
        organizationIds: ['org_1'],
      },
    },
  })
})

test('of each field the value of either is chosen, and what is not taken is said to be lost', async () => {
  const { wrapper } = await open([...all])
  await wrapper.findAll('input[name="app_metadata.plan"]')[1]?.trigger('change')
  const editor = wrapper.findAll('label').find((label) => label.text().includes('Editor'))
  await editor?.find('input').trigger('change')
  expect(editor?.text()).toContain('is not taken over')
  await wrapper.find('form').trigger('submit')
  expect(asked.value).toMatchObject({
    params: { take: { metadata: ['app_metadata.crm', 'app_metadata.plan'], roleIds: [] } },
  })
})

test('the other one may be the one that stays', async () => {
  const { wrapper } = await open([...all])
  await wrapper.findAll('input[name="stays"]')[1]?.trigger('change')
  await flushPromises()
  await wrapper.find('form').trigger('submit')
  expect(asked.value).toMatchObject({
    user: { userId: 'auth0|2' },
    params: {
      secondaryUserId: 'auth0|1',
      take: { profile: [], metadata: [], roleIds: [], permissions: [], organizationIds: [] },
    },
  })
})

test('what takes a permission that is lacking is neither taken nor to be chosen', async () => {
  const { wrapper } = await open(['read:users', 'manage:credentials'])
  expect(wrapper.findAll('fieldset[disabled]').length).toBeGreaterThan(3)
  await wrapper.find('form').trigger('submit')
  expect(asked.value).toMatchObject({
    params: { take: { profile: [], metadata: [], roleIds: [], permissions: [], organizationIds: [] } },
  })
})
