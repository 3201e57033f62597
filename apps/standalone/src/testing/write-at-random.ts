import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '@rollcall/test-kit/random'
import type { Facts, Ledger } from './ledger.ts'
import type { Manage } from './manage.ts'

type Answer = Promise<{ status: number }>

export interface WriteAtRandomOptions {
  manage: Manage
  /** Sends a file of users to be imported. */
  importUsers(users: object[]): Answer
  /** By Rollcall's own API, at one of its servers. */
  deleteThroughRollcall(userId: string): Answer
  /** Somebody signs in whom the writers leave alone. */
  signIn(): Answer
  ledger: Ledger
  seed: number
  signal: AbortSignal
}

/** What of a user several writers may change at once without it being unclear who was last. */
type Part = 'profile' | 'roles' | 'organizations'
const whole: Part[] = ['profile', 'roles', 'organizations']

interface Person {
  id: string
  busy: Set<Part>
}
interface Group {
  id: string
  kind: 'roles' | 'organizations'
}

const writers = 6
const longestPauseMs = 40
/** While nobody answers. */
const restMs = 100
const mostPeople = 50
const mostGroups = 8

/** Several writers change users, roles and organizations of a tenant, often the same ones at the same time, until the signal. */
export async function writeAtRandom(options: WriteAtRandomOptions): Promise<void> {
  const { seed, signal } = options
  const deeds = deedsOf(options)
  const weighted = deeds.flatMap(({ weight, deed }) => Array.from({ length: weight }, () => deed))
  const write = async (random: Random) => {
    while (!signal.aborted) {
      const status = await random.pick(weighted)(random)
      await sleep(status === undefined ? restMs : random.below(longestPauseMs))
    }
  }
  await Promise.all(Array.from({ length: writers }, (_unused, index) => write(createRandom(seed + index))))
}

/** @returns the status; undefined when nobody answered, 0 when there was nothing to be done */
type Deed = (random: Random) => Promise<number | undefined>

function deedsOf(options: WriteAtRandomOptions): { weight: number; deed: Deed }[] {
  const { manage, ledger } = options
  const people = new Map<string, Person>()
  const groups = new Map<string, Group>()
  const links: { primary: Person; secondary: string }[] = []
  let made = 0

  const newId = (random: Random) =>
    `${random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0')}${String(made++).padStart(16, '0')}`
  const pathOf = ({ id }: { id: string }) => `/users/${encodeURIComponent(id)}`
  const free = (random: Random, wanted: Part[], isMeant: (person: Person) => boolean = () => true) =>
    pick(
      random,
      [...people.values()].filter((one) => isMeant(one) && !wanted.some((part) => one.busy.has(part))),
    )

  /** Does something with people whom nobody else touches meanwhile. */
  async function holding(held: Person[], wanted: Part[], work: () => Promise<number | undefined>) {
    for (const { busy } of held) for (const part of wanted) busy.add(part)
    const status = await work()
    for (const { busy } of held) for (const part of wanted) busy.delete(part)
    return status
  }
  /** A change after which a person, or a group, is no more. One of which it is not known is left alone from then on. */
  async function end(id: string, from: Map<string, unknown>, send: () => Answer) {
    const status = await ledger.change({ [`${id} exists`]: false }, send)
    if (status === undefined || status < 400 || status >= 500) from.delete(id)
    return status
  }

  const createPerson: Deed = async (random) => {
    if (people.size >= mostPeople) return 0
    const identity = newId(random)
    const id = `auth0|${identity}`
    const profile = {
      name: `New ${made}`,
      blocked: random.chance(0.3),
      user_metadata: { n: made },
      app_metadata: { n: made },
    }
    const wanted = Object.entries(profile).map(([name, value]) => [`${id} ${name}`, value] as const)
    const body = {
      connection,
      user_id: identity,
      email: `${identity}@example.com`,
      password,
      verify_email: false,
      ...profile,
    }
    const status = await ledger.change({ [`${id} exists`]: true, ...Object.fromEntries(wanted) }, () => manage('POST', '/users', body)) // prettier-ignore
    if (status === 201) people.set(id, { id, busy: new Set() })
    return status
  }
  const changeProfile: Deed = async (random) => {
    const person = free(random, ['profile'])
    if (!person) return 0
    made += 1
    const change = random.pick<Facts>([{ name: `Name ${made}` }, { blocked: random.chance(0.5) }, { user_metadata: { n: made } }, { app_metadata: { n: made } }]) // prettier-ignore
    const wanted = Object.fromEntries(Object.entries(change).map(([name, value]) => [`${person.id} ${name}`, value]))
    return holding([person], ['profile'], () => ledger.change(wanted, () => manage('PATCH', pathOf(person), change)))
  }
  const joinOrLeave: Deed = async (random) => {
    const group = pick(random, [...groups.values()])
    const person = group && free(random, [group.kind])
    if (!group || !person) return 0
    const joins = random.chance(0.6)
    const method = joins ? 'POST' : 'DELETE'
    const send = (): Answer => {
      if (group.kind === 'organizations')
        return manage(method, `/organizations/${group.id}/members`, { members: [person.id] })
      if (joins && random.chance(0.5)) return manage('POST', `/roles/${group.id}/users`, { users: [person.id] })
      return manage(method, `${pathOf(person)}/roles`, { roles: [group.id] })
    }
    return holding([person], [group.kind], () => ledger.change({ [`${group.id} has ${person.id}`]: joins }, send))
  }
  const removePerson: Deed = async (random) => {
    const person = free(random, whole)
    if (!person) return 0
    const send = () =>
      random.chance(0.5) ? manage('DELETE', pathOf(person)) : options.deleteThroughRollcall(person.id)
    return holding([person], whole, () => end(person.id, people, send))
  }
  const link: Deed = async (random) => {
    const isSingle = ({ id }: Person) => !links.some(({ primary }) => primary.id === id)
    const secondary = free(random, whole, isSingle)
    const primary = free(random, whole, ({ id }) => id !== secondary?.id)
    if (!primary || !secondary) return 0
    return holding([primary, secondary], whole, async () => {
      const body = { provider: 'auth0', user_id: secondary.id }
      const status = await end(secondary.id, people, () => manage('POST', `${pathOf(primary)}/identities`, body))
      if (status !== 201) return status
      ledger.forget((fact) => fact !== `${secondary.id} exists` && fact.split(' ').includes(secondary.id))
      links.push({ primary, secondary: secondary.id })
      return status
    })
  }
  const unlink: Deed = async (random) => {
    const found = pick(
      random,
      links.filter(({ primary: { id, busy } }) => people.has(id) && busy.size === 0),
    )
    if (!found) return 0
    links.splice(links.indexOf(found), 1)
    const { primary, secondary } = found
    return holding([primary], whole, async () => {
      const path = `${pathOf(primary)}/identities/auth0/${secondary.slice('auth0|'.length)}`
      const status = await ledger.change({ [`${secondary} exists`]: true }, () => manage('DELETE', path))
      if (status === 200) people.set(secondary, { id: secondary, busy: new Set() })
      return status
    })
  }
  const importSome: Deed = async (random) => {
    const users = Array.from({ length: 1 + random.below(5) }, () => newId(random)).map((id) => ({ user_id: id, email: `${id}@example.com`, name: `Imported ${id}` })) // prettier-ignore
    const wanted = users.flatMap(({ user_id: id, name }) => [[`auth0|${id} exists`, true], [`auth0|${id} name`, name]] as const) // prettier-ignore
    return ledger.change(Object.fromEntries(wanted), () => options.importUsers(users))
  }
  const createGroup: Deed = async (random) => {
    if (groups.size >= mostGroups) return 0
    const kind = random.pick(['roles', 'organizations'] as const)
    const name = `group-${newId(random)}`
    const wanted = (body: unknown) => {
      const { id } = body as { id: string }
      groups.set(id, { id, kind })
      return { [`${id} exists`]: true, [`${id} name`]: name }
    }
    return ledger.change(wanted, () => manage('POST', `/${kind}`, { name }))
  }
  const renameGroup: Deed = async (random) => {
    const group = pick(random, [...groups.values()])
    if (!group) return 0
    groups.delete(group.id) // nobody else's meanwhile
    const name = `group-${newId(random)}`
    const status = await ledger.change({ [`${group.id} name`]: name }, () => manage('PATCH', `/${group.kind}/${group.id}`, { name })) // prettier-ignore
    groups.set(group.id, group)
    return status
  }
  const removeGroup: Deed = async (random) => {
    const group = pick(random, [...groups.values()])
    if (!group) return 0
    groups.delete(group.id)
    return end(group.id, groups, () => manage('DELETE', `/${group.kind}/${group.id}`))
  }
  const signIn: Deed = () => ledger.change({}, options.signIn)

  return [
    { weight: 10, deed: createPerson },
    { weight: 35, deed: changeProfile },
    { weight: 25, deed: joinOrLeave },
    { weight: 6, deed: removePerson },
    { weight: 3, deed: link },
    { weight: 4, deed: unlink },
    { weight: 1, deed: importSome },
    { weight: 1, deed: signIn },
    { weight: 4, deed: createGroup },
    { weight: 3, deed: renameGroup },
    { weight: 2, deed: removeGroup },
  ]
}

const connection = 'Username-Password-Authentication'
const password = 'Correct-Horse-9-Battery'

const pick = <Item>(random: Random, items: Item[]): Item | undefined => (items.length === 0 ? undefined : random.pick(items)) // prettier-ignore
