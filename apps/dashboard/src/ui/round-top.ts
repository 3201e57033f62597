/** The value at the top of a chart: the next of 1, 2, 5, 10, 20, 50 … */
export function roundTop(most: number): number {
  if (most <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  const step = [1, 2, 5, 10].find((one) => one * power >= most) ?? 10
  return Math.max(1, step * power)
}
