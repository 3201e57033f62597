/** @returns what may have been meant by a word that is none of these */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const rated = known.map((name) => ({
    name,
    steps: name.startsWith(word) && word.length > 1 ? 1 : distance(word, name),
  }))
  const [best] = rated.sort((one, other) => one.steps - other.steps)
  return best && best.steps <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** How many letters must be added, left out, changed or swapped with the next. */
function distance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_unused, at) => at)
  for (let i = 0; i < one.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j += 1) {
      const swaps = i > 0 && j > 0 && one[i] === other[j - 1] && one[i - 1] === other[j]
      const steps = [
        (row[j + 1] ?? 0) + 1,
        (next[j] ?? 0) + 1,
        (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1),
        ...(swaps ? [(before[j - 1] ?? 0) + 1] : []),
      ]
      next.push(Math.min(...steps))
    }
    before = row
    row = next
  }
  return row[other.length] ?? 0
}
