import { setTimeout as sleep } from 'node:timers/promises'
import { UserCounts } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** How often the page of a user waits for the tenant, one exchange after another, however many requests each is. */
let all: Staffed
const held: (() => void)[] = []
let isHolding = false
let asked = 0
let role: string
let organization: string
beforeAll(async () => {
  all = await startStaffed({
    fetch: async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : String(input))
      // The directory follows the log all the while.
      if (isHolding && pathname.startsWith('/api/v2/') && pathname !== '/api/v2/logs') {
        asked += 1
        await new Promise<void>((resolve) => void held.push(resolve))
      }
      return fetch(input, init)
    },
  })
  const make = async (path: string, body: object) => ((await all.manage('POST', path, body)).body as { id: string }).id
  role = await make('/roles', { name: 'Reader' })
  organization = await make('/organizations', { name: 'acme' })
})
afterAll(() => all.close())

/** Lets whatever waits for the tenant through together, again and again, until there is an answer. @returns how often */
async function exchangesUntil(answer: Promise<unknown>): Promise<number> {
  let exchanges = 0
  let isAnswered = false
  const answered = answer.finally(() => (isAnswered = true))
  isHolding = true
  while (!isAnswered) {
    if (held.length === 0) {
      await sleep(5)
      continue
    }
    // What is asked at the same time is there by now; what comes later waited for something.
    for (let waiting = 0; waiting < held.length;) {
      waiting = held.length
      await sleep(200)
    }
    exchanges += 1
    for (const release of held.splice(0)) release()
  }
  isHolding = false
  await answered
  return exchanges
}

const read = async (path: string) => {
  const response = await all.standalone.ask(`/api${path}`, all.token)
  expect([path, response.status]).toEqual([path, 200])
  return response.json()
}

test('the page of a user and what is behind each of its tabs take at most three exchanges with the tenant, one after another', async () => {
  const userId = await all.signUp({ email: 'page@exchanges.example' })
  await all.openSession(userId)
  await read(pathOf(userId)) // a token is there
  asked = 0
  const opened = async () => {
    const [, counts] = await Promise.all([read(pathOf(userId)), read(`${pathOf(userId)}/summary`)])
    await read(`${pathOf(userId)}/related`) // the notice waits for the user
    return UserCounts.parse(counts)
  }
  const page = opened()
  expect(await exchangesUntil(page)).toBeLessThanOrEqual(3)
  expect((await page).sessions).toMatchObject({ count: 1, isExact: true })
  expect(asked).toBeGreaterThanOrEqual(8)
})

test.each(['identities', 'roles', 'permissions', 'organizations', 'sessions', 'refresh-tokens', 'factors', 'blocks', 'timeline'])(
  'what is in the tab of %s is there after at most three',
  async (part) => {
    const userId = await all.signUp()
    await all.manage('POST', `${pathOf(userId)}/roles`, { roles: [role] })
    await all.manage('POST', `/organizations/${organization}/members`, { members: [userId] })
    await all.manage('POST', `/organizations/${organization}/members/${encodeURIComponent(userId)}/roles`, { roles: [role] })
    const path = `${pathOf(userId)}/${part}`
    await read(path)
    expect(await exchangesUntil(read(path))).toBeLessThanOrEqual(3)
  },
) // prettier-ignore
