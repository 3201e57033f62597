import { expect, test } from 'vitest'
import { findFolded, foldText } from './fold-text.ts'

test.each([
  ['Ada LOVELACE', 'ada lovelace'],
  ['Zoë Müller-Lüdenscheidt', 'zoe muller-ludenscheidt'],
  ['Zoe\u0308', 'zoe'],
  ['STRAẞE straße', 'strasse strasse'],
  ['Øystein Łukasz Đoković Ægir Œuvre', 'oystein lukasz dokovic aegir oeuvre'],
  ['İstanbul ısparta Þór', 'istanbul isparta thor'],
  ['Σίσυφος ΟΔΟΣ', 'σισυφοσ οδοσ'],
  ['Ёлка Йод', 'елка иод'],
  ['שָׁלוֹם', 'שלום'],
  ['ﬁne ①', 'fine 1'],
  ['がき', 'か\u3099き'],
  ['a\u200bb\ufeffc\u202e', 'abc'],
  ['a\tb\nc\u2028d\u0000', 'a b c d '],
  ['👩\u200d💻 ok', '👩💻 ok'],
  ['', ''],
])('%s folds to %s', (text, folded) => {
  expect(foldText(text)).toBe(folded)
})

test('folding what is folded changes nothing, of any character there is', () => {
  const changed: string[] = []
  for (let code = 0; code <= 0x10_ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const once = foldText(String.fromCodePoint(code))
    if (foldText(once) !== once || once.includes('\n')) changed.push(code.toString(16))
  }
  expect(changed).toEqual([])
})

const marked = (text: string, word: string) => findFolded(text, word).map(({ from, to }) => text.slice(from, to))

test.each([
  ['Émile Zola', 'emile', ['Émile']],
  ['E\u0301mile', 'E', ['E\u0301', 'e']],
  ['Straße', 'sse', ['ße']],
  ['Straße', 's', ['S', 'ß']],
  ['ada@ADA.example', 'Ada', ['ada', 'ADA']],
  ['aaaa', 'aa', ['aa', 'aa']],
  ['👩\u200d💻 Zoë', 'zoe', ['Zoë']],
  ['ﬁne', 'i', ['ﬁ']],
  ['nothing', 'zz', []],
  ['nothing', '', []],
  ['', 'a', []],
])('in %s, %s is found as %j', (text, word, found) => {
  expect(marked(text, word)).toEqual(found)
})
