import type { Router } from 'express'
import { createHarvest } from './harvest.ts'
import { judge } from './judge.ts'
import { listRoutes } from './list-routes.ts'
import type { Known } from './good-requests.ts'
import { isManagement, makeRequest } from './make-request.ts'
import type { FuzzRequest } from './make-request.ts'
import { createRandom } from '@rollcall/test-kit/random'
import { createSender } from './send.ts'
import type { FuzzAnswer } from './send.ts'

export interface FuzzTarget {
  router: Router
  known: Known
  spared: ReadonlySet<string>
  /** @param scope of the Management API; every one when absent */
  getToken(options?: { audience?: string; scope?: string }): Promise<string>
  /** What the tenant logged of the request that failed. */
  logOf(requestId: string): string | undefined
}

export interface Finding {
  /** Which request of this seed, from 1. */
  number: number
  what: string
  request: FuzzRequest
  answer: FuzzAnswer | { error: string }
  log: string | undefined
}

export interface FuzzReport {
  seed: number
  routes: number
  requests: number
  /** How many answers had a status of 2xx, 3xx … */
  classes: Record<string, number>
  /** Routes that never once answered well: the fuzz has stayed at their door. */
  neverEntered: string[]
  findings: Finding[]
}

export interface FuzzOptions {
  requests: number
  seed: number
  onProgress?: (done: number) => void
}

const atOnce = 16

/** Asks every route of the tenant for good things and bad ones, several at a time, and some of the same at once. */
export async function runFuzz(target: FuzzTarget, { requests, seed, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const { known, spared } = target
  const random = createRandom(seed)
  const harvest = createHarvest()
  const routes = listRoutes(target.router)
  const sender = createSender(known.origin)
  const findings: Finding[] = []
  const classes: Record<string, number> = {}
  const entered = new Set<string>()
  const getTokens = async () => ({
    full: await target.getToken(),
    narrow: await target.getToken({ scope: 'read:roles' }),
    foreign: await target.getToken({ audience: known.audience }),
  })
  let tokens = await getTokens()
  let done = 0
  try {
    while (done < requests) {
      const batch: FuzzRequest[] = []
      while (batch.length < atOnce && done + batch.length < requests) {
        const route = random.chance(0.9) ? chooseRoute(routes, done + batch.length, random) : random.pick(routes)
        const request = makeRequest({ random, known, harvest, tokens, spared }, route)
        // A write that is sent by an impatient caller: the same, several times at once.
        const copies = request.method !== 'GET' && random.chance(0.08) ? 4 : 1
        batch.push(...Array.from({ length: copies }, () => request))
      }
      const answers = await Promise.all(batch.map((request) => sender.send(request)))
      let isTokenRefused = false
      for (const [index, request] of batch.entries()) {
        const answer = answers[index] ?? new Error('nothing was sent')
        const what = judge(request, answer)
        const id = answer instanceof Error ? undefined : String(answer.headers['x-request-id'])
        if (what !== undefined) {
          findings.push({
            number: done + index + 1,
            what,
            request,
            answer: answer instanceof Error ? { error: String(answer) } : answer,
            log: id === undefined ? undefined : target.logOf(id),
          })
        }
        const name = answer instanceof Error ? 'none' : `${String(answer.status)[0] ?? ''}xx`
        classes[name] = (classes[name] ?? 0) + 1
        if (answer instanceof Error) continue
        harvest.take(request.route, answer)
        if (answer.status < 400) entered.add(`${request.method} ${request.route.path}`)
        isTokenRefused ||= request.caller === 'full' && answer.status === 401 && isManagement(request.route.path)
      }
      done += batch.length
      if (isTokenRefused) tokens = await getTokens() // a key was revoked, or a scope came and went
      onProgress?.(done)
    }
  } finally {
    sender.close()
  }
  const names = routes.map(({ method, path }) => `${method} ${path}`)
  return {
    seed,
    routes: routes.length,
    requests: done,
    classes,
    neverEntered: names.filter((name) => !entered.has(name)),
    findings,
  }
}

/** Lists first, then what makes things, then the rest in turn: so that there are ids to ask for from early on. */
function chooseRoute(routes: ReturnType<typeof listRoutes>, turn: number, random: ReturnType<typeof createRandom>) {
  const makes = routes.filter(({ method, path }) => method === 'POST' && !path.includes(':'))
  if (turn < routes.length) return random.pick(makes.length > 0 ? makes : routes)
  return routes[turn % routes.length] ?? random.pick(routes)
}

/** The findings for a person, each kind on each route once, with a command that asks again. */
export function describeFindings({ seed, findings }: FuzzReport, origin: string): string {
  const kinds = Map.groupBy(findings, ({ what, request }) => `${what}: ${request.method} ${request.route.path}`)
  const parts = [...kinds].map(([kind, [first, ...others]]) => {
    if (!first) return ''
    const { request, answer, number, log } = first
    const told = 'error' in answer ? answer.error : `${answer.status} ${answer.text.slice(0, 500)}`
    return [
      `${kind} (request ${number} of seed ${seed}${others.length > 0 ? `, and ${others.length} like it` : ''})`,
      `  ${toCurl(request, origin)}`,
      `  → ${told}`,
      ...(log === undefined ? [] : [log.replace(/^/gm, '    ').slice(0, 1500)]),
    ].join('\n')
  })
  return parts.join('\n\n')
}

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The Management API's token stands as $TOKEN: it has expired by the time somebody reads this. */
function toCurl({ method, path, headers, body, caller }: FuzzRequest, origin: string): string {
  const told = Object.entries(headers).map(([name, value]) => {
    const isToken = name === 'authorization' && caller !== 'stranger'
    return `-H ${isToken ? '"authorization: Bearer $TOKEN"' : quote(`${name}: ${value}`)}`
  })
  const sent =
    body === undefined ? [] : [`--data-binary ${quote(body.length > 2000 ? `${body.slice(0, 2000)}…` : body)}`]
  return ['curl -i --path-as-is -X', method, quote(origin + path), ...told, ...sent].join(' ')
}
