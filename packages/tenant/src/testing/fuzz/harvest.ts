import { browserCookie } from '../../oidc/cookies.ts'
import type { Random } from '@rollcall/test-kit/random'
import type { Route } from './list-routes.ts'

/** What answers have told so far: ids to ask for again, names of fields, cookies. It makes later requests reach further than refusals. */
export interface Harvest {
  /** @param noun `users`, or the name of a field: `state` */
  find(random: Random, noun: string): string | undefined
  fieldsOf(route: Route): string[]
  /** A body this route would give, to be sent back spoilt. */
  exampleOf(random: Random, path: string): Record<string, unknown> | undefined
  cookies(random: Random): string | undefined
  take(route: Route, answer: { headers: Record<string, string | string[] | undefined>; text: string }): void
}

const keep = 40

export function createHarvest(): Harvest {
  const values = new Map<string, string[]>()
  const fields = new Map<string, Set<string>>()
  const examples = new Map<string, Record<string, unknown>[]>()
  const cookies = new Map<string, string[]>()

  const add = (shelf: Map<string, string[]>, name: string, value: string) => {
    if (value === '' || value.length > 4000) return
    const held = shelf.get(name) ?? []
    if (held.includes(value)) return
    shelf.set(name, [...held.slice(-keep + 1), value])
  }
  const addField = (route: Route, name: string) => {
    const key = `${route.method} ${route.path}`
    const held = fields.get(key) ?? new Set()
    if (held.size < keep) fields.set(key, held.add(name))
  }
  /** Links in answers and in mail carry tickets and states. */
  const addLink = (text: string) => {
    for (const [address] of text.matchAll(/https?:\/\/\S+/g)) {
      if (!URL.canParse(address)) continue
      for (const [name, value] of new URL(address).searchParams) add(values, name, value)
    }
    const code = /\n(\d{6})\n/.exec(text)?.[1]
    if (code !== undefined) add(values, 'otp', code)
  }
  const addAll = (noun: string, value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > 4) return
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 20)) addAll(noun, item, depth + 1)
      return
    }
    const object = value as Record<string, unknown>
    for (const [name, held] of Object.entries(object)) {
      if (typeof held === 'string') {
        add(values, name, held)
        addLink(held)
        if (name === 'id') add(values, noun, held)
        if (name.length > 3 && name.endsWith('_id')) add(values, `${name.slice(0, -3)}s`, held)
      } else if (name !== 'identities') addAll(noun, held, depth + 1) // their user_id lacks the provider
    }
  }

  return {
    find: (random, noun) => {
      const held = values.get(noun)
      return held && held.length > 0 ? random.pick(held) : undefined
    },
    fieldsOf: ({ method, path }) => [...(fields.get(`${method} ${path}`) ?? [])],
    exampleOf: (random, path) => {
      const held = examples.get(path) ?? examples.get(path.replace(/\/:\w+$/, ''))
      return held && held.length > 0 ? random.pick(held) : undefined
    },
    cookies: (random) =>
      cookies.size === 0 ? undefined : [...cookies].map(([name, held]) => `${name}=${random.pick(held)}`).join('; '),
    take: (route, { headers, text }) => {
      for (const line of [headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        // One browser throughout: a sign-in is tied to the one it began in.
        if (value !== '' && !(name === browserCookie && cookies.has(name))) add(cookies, name, value)
      }
      const location = String(headers.location ?? '')
      if (URL.canParse(location, 'http://localhost')) {
        const { searchParams, hash } = new URL(location, 'http://localhost')
        for (const [name, value] of [...searchParams, ...new URLSearchParams(hash.slice(1))]) add(values, name, value)
      }
      const type = String(headers['content-type'] ?? '')
      if (type.includes('html')) {
        for (const [tag] of text.matchAll(/<input[^>]*>/g)) {
          const name = /name="([^"]+)"/.exec(tag)?.[1]
          if (name === undefined) continue
          addField({ ...route, method: 'POST' }, name)
          add(values, name, /value="([^"]*)"/.exec(tag)?.[1] ?? '')
        }
      }
      if (!type.includes('json')) return
      const body = readJson(text)
      const missing = /Missing required propert(?:y|ies): ([\w, ]+)|Missing required parameter: (\w+)/.exec(text)
      for (const name of (missing?.[1] ?? missing?.[2] ?? '').split(/, ?/)) if (name !== '') addField(route, name)
      addAll(nounOf(route.path), body, 0)
      if (route.method === 'GET' && typeof body === 'object' && body !== null) {
        const items = (Array.isArray(body) ? body : [body]) as unknown[]
        const objects = items.filter((item) => typeof item === 'object' && item !== null).slice(0, 5)
        examples.set(route.path, [...(examples.get(route.path) ?? []), ...(objects as Record<string, unknown>[])].slice(-keep)) // prettier-ignore
      }
    },
  }
}

/** `users` of `/api/v2/users/:id`: the last word of a path that is none of the caller's. */
export const nounOf = (path: string): string =>
  path
    .split('/')
    .filter((segment) => !segment.startsWith(':'))
    .at(-1) ?? ''

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the judge has its own word on that
  }
}
