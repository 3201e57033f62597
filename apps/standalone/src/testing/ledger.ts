/** A fact about one thing of the tenant: `<id> name`, `<id> exists`, `<id of a role> has <id of a user>`. */
export type Facts = Record<string, unknown>

export interface Answer {
  status: number
  body?: unknown
}

export interface Ledger {
  /**
   * Sends a change and keeps what its answer says: after success it is so, after a refusal all is as before, without an answer it may be either.
   * @param wanted what will be true; a function of the answer where that names what was made
   * @returns the answer's status; undefined when there was none
   */
  change(wanted: Facts | ((body: unknown) => Facts), send: () => Promise<Answer>): Promise<number | undefined>
  /** It may be anything from now on. */
  forget(isMeant: (fact: string) => boolean): void
  /** What was acknowledged and is not so, by what is; of things that do not exist nothing is said but that. */
  lies(actual: Map<string, unknown>): string[]
  counts: { done: number; refused: number; unknown: number }
}

/** What a tenant has acknowledged. Of one fact only one change may be on its way at a time. */
export function openLedger(): Ledger {
  /** As JSON, what each fact can be by now. */
  const possible = new Map<string, Set<string>>()
  const counts = { done: 0, refused: 0, unknown: 0 }
  return {
    counts,
    async change(wanted, send) {
      const answer = await answerOf(send)
      const outcome =
        answer === undefined || answer.status >= 500 ? 'unknown' : answer.status < 400 ? 'done' : 'refused'
      counts[outcome] += 1
      if (outcome === 'refused') return answer?.status
      // Without an answer nothing was named; and of what was never acknowledged anything can be.
      const facts = typeof wanted === 'object' ? wanted : outcome === 'done' ? wanted(answer?.body) : {}
      for (const [fact, value] of Object.entries(facts)) {
        if (outcome === 'done') possible.set(fact, new Set([JSON.stringify(value)]))
        else possible.get(fact)?.add(JSON.stringify(value))
      }
      return answer?.status
    },
    forget(isMeant) {
      for (const fact of possible.keys()) if (isMeant(fact)) possible.delete(fact)
    },
    lies(actual) {
      const exists = (id: string | undefined) => actual.get(`${id} exists`) === true
      return [...possible].flatMap(([fact, values]) => {
        const [id, verb, other] = fact.split(' ')
        const isOfNothing = verb !== 'exists' && (!exists(id) || (verb === 'has' && !exists(other)))
        const found = JSON.stringify(actual.get(fact) ?? false)
        return isOfNothing || values.has(found) ? [] : [`${fact}: ${found}, not ${[...values].join(' or ')}`]
      })
    },
  }
}

async function answerOf(send: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await send()
  } catch {
    return undefined // whoever should have answered is dead
  }
}
