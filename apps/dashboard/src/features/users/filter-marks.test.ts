import { expect, test } from 'vitest'
import { marksOf } from './filter-marks.ts'

const marked = (filter: string, text: string) =>
  marksOf(filter)?.(text)
    .map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text))
    .join('')

test('what the words have found is marked, whatever its case and accents', () => {
  expect(marked('zoe', 'Zoë Lovelace')).toBe('[Zoë] Lovelace')
  expect(marked('ada love', 'Ada Lovelace')).toBe('[Ada] [Love]lace')
  expect(marked('ada OR (dal blocked:true)', 'Adalbert')).toBe('[Adal]bert')
})

test('what must not be there, and what is no word, is not marked', () => {
  expect(marked('love NOT ada', 'Ada Lovelace')).toBe('Ada [Love]lace')
  expect(marksOf('blocked:true')).toBeUndefined()
})

test('a filter that cannot be read marks nothing', () => {
  expect(marksOf('nonsense:1')).toBeUndefined()
})
