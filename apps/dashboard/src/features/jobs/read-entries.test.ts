import { expect, test } from 'vitest'
import { readEntries } from './read-entries.ts'

test('a list is one entry a line, or several, each once', () => {
  const read = readEntries('\uFEFFada@example.com\r\n\r\n  auth0|1  \nbob@example.com; ada@example.com\n')
  expect(read).toEqual({
    entries: ['ada@example.com', 'auth0|1', 'bob@example.com'],
    repeated: 1,
    columns: [],
  })
})

test('of a table the column that looks like it is read, or the one that is chosen', () => {
  const table = 'name,id,mail\n"Lovelace, ""Ada""",auth0|1,ada@example.com\nBob,auth0|2,bob@example.com\n'
  expect(readEntries(table)).toEqual({ entries: ['auth0|1', 'auth0|2'], repeated: 0, columns: ['name', 'id', 'mail'] })
  expect(readEntries(table, 2).entries).toEqual(['ada@example.com', 'bob@example.com'])
  expect(readEntries(table, 0).entries).toEqual(['Lovelace, "Ada"', 'Bob'])
})

test('a table without names for its columns loses no line', () => {
  const read = readEntries('Ada\tada@example.com\nBob\tbob@example.com')
  expect(read).toMatchObject({ entries: ['ada@example.com', 'bob@example.com'], columns: ['1', '2'] })
})

test('a name alone is an entry as well: that nobody is called so is the dry run’s to say', () => {
  expect(readEntries('nobody at all').entries).toEqual(['nobody at all'])
  expect(readEntries('').entries).toEqual([])
})
