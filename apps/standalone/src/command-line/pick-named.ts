import { CommandFailed, exitCodes } from './failure.ts'
import { nearest } from './nearest.ts'

interface Named<One> {
  thing: 'view' | 'schedule'
  idOf(one: One): string
  /** What tells it from others of its name. */
  describe(one: One): string
}

/**
 * @param seen all that whoever asks can see
 * @param written the id or the name of one of them
 * @throws CommandFailed when there is none, or several have the name
 */
export function pickNamed<One extends { name: string }>(
  seen: readonly One[],
  written: string,
  { thing, idOf, describe }: Named<One>,
): One {
  const byId = seen.find((one) => idOf(one) === written)
  const [first, ...others] = byId ? [byId] : seen.filter(({ name }) => name === written)
  if (!first) {
    const near = nearest(written, seen.map(({ name }) => name)) // prettier-ignore
    throw new CommandFailed(exitCodes.notFound, `${thing}-not-found`, `You see no ${thing} ${written}.`, {
      hints: near === undefined ? [] : [`Did you mean ${near}?`],
    })
  }
  if (others.length === 0) return first
  throw new CommandFailed(exitCodes.inTheWay, `several-${thing}s`, `Several ${thing}s are called ${written}.`, {
    hints: ['Say which by its id:', ...[first, ...others].map((one) => `${idOf(one)}  ${describe(one)}`)],
  })
}
