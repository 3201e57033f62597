import type { Load, Sample } from './load/load.ts'
import type { LoadGenerator } from './load/open-load-generator.ts'

export interface Spread {
  median: number
  min: number
  max: number
}

export interface Comparison {
  measured: Spread
  reference: Spread
  /** Of the rounds' own ratios: what slows a machine down for a while slows both sides of a round. */
  ratio: Spread
}

export interface Rounds {
  rounds: number
  /** Of either side in each round. */
  milliseconds: number
}

/** Measures two loads in turn, round by round, after a warm-up of both. */
export async function compare(
  generator: LoadGenerator,
  { measured, reference, metric }: { measured: Load; reference: Load; metric: keyof Sample },
  { rounds, milliseconds }: Rounds,
): Promise<Comparison> {
  await generator.run(measured, milliseconds / 2)
  await generator.run(reference, milliseconds / 2)
  const pairs: { ours: number; theirs: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const ours = (await generator.run(measured, milliseconds))[metric]
    const theirs = (await generator.run(reference, milliseconds))[metric]
    pairs.push({ ours, theirs })
  }
  return comparisonOf(pairs)
}

/** A load by itself, after a warm-up. */
export async function measure(
  generator: LoadGenerator,
  { load, metric }: { load: Load; metric: keyof Sample },
  { rounds, milliseconds }: Rounds,
): Promise<Spread> {
  await generator.run(load, milliseconds / 2)
  const values: number[] = []
  for (let round = 0; round < rounds; round += 1) values.push((await generator.run(load, milliseconds))[metric])
  return spreadOf(values)
}

/** What either side of each round came to, and their ratios. */
export function comparisonOf(pairs: { ours: number; theirs: number }[]): Comparison {
  return {
    measured: spreadOf(pairs.map(({ ours }) => ours)),
    reference: spreadOf(pairs.map(({ theirs }) => theirs)),
    ratio: spreadOf(pairs.map(({ ours, theirs }) => ours / theirs)),
  }
}

/** @param values at least one */
export function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { median: at(0.5), min: at(0), max: at(1) }
}
