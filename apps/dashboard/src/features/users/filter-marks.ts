import { findFolded, parseUserFilter, UserFilterFault } from '@rollcall/contracts/admin-api'
import type { FoundRange, UserFilter } from '@rollcall/contracts/admin-api'
import { ownPaths } from '../fields/own-fields.ts'

export interface Piece {
  text: string
  isMarked: boolean
}

export type Marks = (text: string) => Piece[]

/** Marks in a text what a filter's words have found there; undefined: it has no words. */
export function marksOf(filter: string): Marks | undefined {
  const words = readWords(filter)
  return words.length === 0 ? undefined : (text) => markedPieces(text, words)
}

function readWords(filter: string): string[] {
  try {
    return wordsOf(parseUserFilter(filter, ownPaths.value))
  } catch (error) {
    if (error instanceof UserFilterFault) return [] // the server's answer tells what is wrong with it
    throw error
  }
}

function wordsOf(filter: UserFilter): string[] {
  if (filter.kind === 'text') return [filter.text]
  return filter.kind === 'all' || filter.kind === 'any' ? filter.of.flatMap(wordsOf) : []
}

function markedPieces(text: string, words: readonly string[]): Piece[] {
  const found = words.flatMap((word) => findFolded(text, word)).sort((one, other) => one.from - other.from)
  const ranges: FoundRange[] = []
  for (const { from, to } of found) {
    const last = ranges.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else ranges.push({ from, to })
  }
  const pieces: Piece[] = []
  let at = 0
  for (const { from, to } of ranges) {
    if (from > at) pieces.push({ text: text.slice(at, from), isMarked: false })
    pieces.push({ text: text.slice(from, to), isMarked: true })
    at = to
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMarked: false })
  return pieces
}
