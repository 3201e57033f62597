/** Counts the changes after which answers that were asked for before are of no use. */
export interface Changes {
  count: number
}

/** Lets equal questions asked at the same moment share one answer. */
export interface Coalescer<T> {
  share(key: string, ask: () => Promise<T>): Promise<T>
  /** After a change: answers under way may be from before it, so nobody new may join them. */
  forget(): void
}

/**
 * @param changes may be shared: what one coalescer is to forget, so are the others
 * @param joinWindowMs how long after it was asked a question may still be joined. It bounds how old an answer can be, and is short because
 *   a slow answer must not be handed to somebody who asked long after it was begun.
 */
export function createCoalescer<T>(changes: Changes = { count: 0 }, joinWindowMs = 50): Coalescer<T> {
  const underWay = new Map<string, { answer: Promise<T>; askedAt: number; count: number }>()
  return {
    share(key, ask) {
      const joinable = underWay.get(key)
      const { count } = changes
      if (joinable?.count === count && performance.now() - joinable.askedAt <= joinWindowMs) return joinable.answer
      const entry = { answer: ask(), askedAt: performance.now(), count }
      underWay.set(key, entry)
      const leave = () => {
        if (underWay.get(key) === entry) underWay.delete(key)
      }
      entry.answer.then(leave, leave)
      return entry.answer
    },
    forget() {
      changes.count += 1
    },
  }
}
