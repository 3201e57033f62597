import { expect, test } from 'vitest'
import { findJsonFault } from './json-fault.ts'

test.each([
  ['', 'object', 1, 1],
  ['[1]', 'object', 1, 1],
  ['{"a": 1,}', 'key', 1, 9],
  ["{'a': 1}", 'key', 1, 2],
  ['{"a" 1}', 'colon', 1, 6],
  ['{"a": tru}', 'value', 1, 7],
  ['{"a": 01}', 'value', 1, 7],
  ['{"a": 1 "b": 2}', 'comma', 1, 9],
  ['{\n  "a": [1,\n  2\n', 'end', 4, 1],
  ['{"a": "x\ny"}', 'string', 1, 7],
  ['{"a": 1} x', 'rest', 1, 10],
  ['{"a": 1, "\\u0061": 2}', 'twice', 1, 10],
])('%j is faulty: %s at %i:%i', (text, kind, line, column) => {
  expect(findJsonFault(text)).toEqual({ kind, line, column })
})

test.each(['{}', ' { "a" : [ ] , "b" : { "c" : [ null , -1.5e+3 , "\\"\\u00e9" ] } } ', '{"__proto__": {"a": 1}}'])(
  '%s is the JSON of an object',
  (text) => {
    expect(findJsonFault(text)).toBeUndefined()
    expect(typeof JSON.parse(text)).toBe('object')
  },
)
