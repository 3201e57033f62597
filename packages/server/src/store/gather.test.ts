import { expect, test } from 'vitest'
import { gather } from './gather.ts'

/** Something that is told what is asked of it, and answers when it is let. */
function startService() {
  const asked: string[][] = []
  let release = (_error?: Error) => undefined as void
  const answer = (items: string[]) => {
    asked.push(items)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    release = (error) => (error ? reject(error) : resolve())
    return promise
  }
  return {
    asked,
    release: (error?: Error) => release(error),
    alone: async (item: string) => {
      await answer([item])
      return `${item} alone`
    },
    together: async (items: readonly string[]) => {
      await answer([...items])
      return items.map((item) => (item === 'left out' ? undefined : { answer: `${item} together` }))
    },
  }
}
const refusal = (code: string) => Object.assign(new Error(code), { code })
const outcomes = async (asked: Promise<string>[]) =>
  (await Promise.allSettled(asked)).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))

test('who comes alone is served at once, and who comes meanwhile goes together', async () => {
  const service = startService()
  const ask = gather(service)
  const first = ask('a')
  await expect.poll(() => service.asked).toEqual([['a']])
  const answers = ['b', 'c'].map(ask)
  service.release()
  await expect.poll(() => service.asked).toEqual([['a'], ['b', 'c']])
  service.release()
  expect(await Promise.all([first, ...answers])).toEqual(['a alone', 'b together', 'c together'])
  const later = ask('d')
  await expect.poll(() => service.asked.at(-1)).toEqual(['d'])
  service.release()
  expect(await later).toBe('d alone')
})

test('who comes at the same moment goes together, and no more than may', async () => {
  const service = startService()
  const answers = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(gather({ ...service, most: 3 }))
  for (const count of [1, 2, 3]) {
    await expect.poll(() => service.asked.length).toBe(count)
    service.release()
  }
  expect((await Promise.all(answers)).at(-1)).toBe('g alone')
  expect(service.asked).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']])
})

test('what the database refuses whole is asked for one by one, and who is left out asks alone', async () => {
  const failing = { ...startService(), together: () => Promise.reject(refusal('23505')) }
  const service = {
    ...failing,
    alone: (item: string) => (item === 'bad' ? Promise.reject(refusal('23505')) : Promise.resolve(item)),
  }
  expect(await outcomes(['good', 'bad', 'fine'].map(gather(service)))).toEqual(['good', 'Error: 23505', 'fine'])
  const leaving = { ...startService(), alone: (item: string) => Promise.resolve(`${item} alone`) }
  const answers = ['a', 'left out'].map(gather(leaving))
  await expect.poll(() => leaving.asked).toEqual([['a', 'left out']])
  leaving.release()
  expect(await Promise.all(answers)).toEqual(['a together', 'left out alone'])
})

test.each(['57P01', '08006', 'EPIPE', 'ECONNRESET'])('nothing is asked for again when the connection breaks: %s', async (code) => {
  const asked: string[] = []
  const ask = gather<string, string>({
    alone: (item) => Promise.resolve(asked.push(item)).then(() => item),
    together: () => Promise.reject(refusal(code)),
  })
  expect(await outcomes(['a', 'b'].map(ask))).toEqual([`Error: ${code}`, `Error: ${code}`])
  expect(asked).toEqual([])
  expect(await ask('later')).toBe('later')
}) // prettier-ignore
