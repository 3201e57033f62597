import { misused } from './failure.ts'

/** @throws CommandFailed for what is no number of things */
export function readNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw misused(`--${option} ${text} is not a number.`)
  return Number(text)
}
