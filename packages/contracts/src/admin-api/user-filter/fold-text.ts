/** Letters that Unicode does not take apart into a letter and a mark. Lower case: they are looked up after folding it. */
const plainLetters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŋ: 'n',
  ŧ: 't',
  þ: 'th',
  // A sigma is written otherwise at the end of a word, which is no other letter.
  ς: 'σ',
}
const special = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g')
/** Accents, the points of Hebrew and Arabic, and what cannot be seen. The marks of kana stay: they make another letter. */
const marks =
  /(?![\u3099\u309a])[\p{Script=Inherited}\p{Cf}\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]/gu

/**
 * Text as it is compared and sorted: without case, accents, and characters that cannot be seen. White space and control characters
 * become a space each, so that folded text is always one line. Folding a whole folds its parts.
 */
export function foldText(text: string): string {
  // Most text is plain, and a directory is filled with a million names.
  if (/^[ -~]*$/.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(special, (letter) => plainLetters[letter] ?? letter)
    .replace(/[\s\p{Cc}]/gu, ' ')
}

/** Where in a text a word was found: from its first character up to, not including, `to`. */
export interface FoundRange {
  from: number
  to: number
}

/** @returns every place in the text, as it is written, that folds to what the word folds to; none overlaps another */
export function findFolded(text: string, word: string): FoundRange[] {
  const wanted = foldText(word)
  if (wanted === '') return []
  let folded = ''
  /** Of each folded character, where the character it came from begins; at the end, where the text ends. */
  const begins: number[] = []
  let at = 0
  for (const character of text) {
    const piece = foldText(character)
    for (const _unit of piece.split('')) begins.push(at)
    folded += piece
    at += character.length
  }
  begins.push(at)
  const found: FoundRange[] = []
  let start = folded.indexOf(wanted)
  while (start >= 0) {
    const end = start + wanted.length
    const from = begins[start] ?? 0
    // One that came from several, as ss from ß, is taken whole.
    let next = end
    while (begins[next] === begins[end - 1]) next += 1
    found.push({ from, to: begins[next] ?? at })
    start = folded.indexOf(wanted, next)
  }
  return found
}
