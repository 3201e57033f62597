import { sqlStateOf } from './sql-state.ts'

export interface GatherOptions<Item, Result> {
  /** For one who asks while nobody else does, and for each of those whom the database refuses together. */
  alone(item: Item): Promise<Result>
  /** For several at once, all or nothing. @returns what each is answered, in their order; undefined: they are to ask alone */
  together(items: readonly Item[]): Promise<readonly ({ answer: Result } | undefined)[]>
  /** How many at once, at most. */
  most?: number
}

const usuallyMost = 64

/**
 * Has what many ask of the database at the same time asked as one: who comes alone is served at once, and who comes while others are served
 * goes with all who have come by then. Each waits for one commit in place of one commit after another, and one statement is parsed, sent and
 * answered for all of them. Where one of them spoils it for the others, each is served alone, and they alone fail.
 */
export function gather<Item, Result>({ alone, together, most = usuallyMost }: GatherOptions<Item, Result>): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item
    settle: PromiseWithResolvers<Result>
  }
  const waiting: Waiting[] = []
  let isServing = false

  async function serveAlone({ item, settle }: Waiting): Promise<void> {
    try {
      settle.resolve(await alone(item))
    } catch (error) {
      settle.reject(error)
    }
  }

  async function serveTogether(batch: readonly Waiting[]): Promise<void> {
    let answers: readonly ({ answer: Result } | undefined)[]
    try {
      answers = await together(batch.map(({ item }) => item))
    } catch (error) {
      // Nobody knows what became of it when the connection broke: each is told so, as they would be alone.
      if (isRefusal(error)) await Promise.all(batch.map(serveAlone))
      else for (const { settle } of batch) settle.reject(error)
      return
    }
    const rest: Waiting[] = []
    for (const [place, one] of batch.entries()) {
      const found = answers[place]
      if (found) one.settle.resolve(found.answer)
      else rest.push(one)
    }
    await Promise.all(rest.map(serveAlone))
  }

  async function serve(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most)
      const [only] = batch
      if (batch.length === 1 && only) await serveAlone(only)
      else await serveTogether(batch)
    }
    isServing = false
  }

  return (item) => {
    const settle = Promise.withResolvers<Result>()
    waiting.push({ item, settle })
    if (!isServing) {
      isServing = true
      // What has arrived with it, many answers in one turn of the event loop, is taken along.
      setImmediate(() => void serve())
    }
    return settle.promise
  }
} // prettier-ignore

/** Nothing was done: the database has said so and has not gone away over it, or it was never asked to commit, by a fault of ours. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  const state = sqlStateOf(error)
  // A connection's own errors, such as EPIPE, have codes as well.
  return state !== undefined && /^[\dFHPX][\dA-Z]{4}$/.test(state) && !/^(08|57P|40003)/.test(state)
}
