import { foldText } from '@rollcall/contracts/user-filter'
import type { Component } from 'vue'

export type EntryGroup = 'users' | 'views' | 'pages' | 'commands'

/** What the palette can open or do. */
export interface PaletteEntry {
  id: string
  group: EntryGroup
  label: string
  detail?: string
  icon: Component
  /** Of a user, in place of the icon. */
  picture?: string | null
  run: () => unknown
}

/** Whether each word typed begins a word of the label. */
export function matches(label: string, typed: string): boolean {
  const words = foldText(label).split(/[^\p{L}\p{N}]+/u)
  const wanted = foldText(typed).split(/[^\p{L}\p{N}]+/u)
  return wanted.every((part) => words.some((word) => word.startsWith(part)))
}
