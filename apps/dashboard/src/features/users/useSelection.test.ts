import { expect, test } from 'vitest'
import { useSelection } from './useSelection.ts'

const open = () => useSelection((from, to) => Array.from({ length: to - from + 1 }, (_, index) => `u${from + index}`))
const idsOf = ({ selection }: ReturnType<typeof open>) =>
  selection.value.kind === 'ids' ? [...selection.value.ids] : [...selection.value.except]

test('a range is drawn anew from where it was begun, and what was selected before stays', () => {
  const chosen = open()
  chosen.toggle('u9', 9)
  chosen.toggle('u2', 2)
  chosen.extend(5, 2)
  expect(idsOf(chosen)).toEqual(['u9', 'u2', 'u3', 'u4', 'u5'])
  chosen.extend(1, 2)
  expect(idsOf(chosen)).toEqual(['u9', 'u2', 'u1'])
})

test('a range from another row is a second one', () => {
  const chosen = open()
  chosen.extend(1, 0)
  chosen.extend(4, 3)
  expect(idsOf(chosen)).toEqual(['u0', 'u1', 'u3', 'u4'])
})

test('of all that match, one can be left out and taken in again', () => {
  const chosen = open()
  chosen.selectMatching('blocked:true')
  expect(chosen.isSelected('anybody')).toBe(true)
  chosen.toggle('u1', 1)
  expect(chosen.selection.value).toEqual({ kind: 'matching', filter: 'blocked:true', except: new Set(['u1']) })
  expect(chosen.isEmpty.value).toBe(false)
  chosen.toggle('u1', 1)
  expect(idsOf(chosen)).toEqual([])
})

test('cleared, nobody is selected', () => {
  const chosen = open()
  chosen.selectMatching('')
  chosen.clear()
  expect(chosen.isEmpty.value).toBe(true)
})
