import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

function pageWith(content: string | undefined): Document {
  const page = document.implementation.createHTMLDocument()
  if (content !== undefined) {
    const meta = page.createElement('meta')
    meta.name = 'rollcall-config'
    meta.content = content
    page.head.append(meta)
  }
  return page
}

test('what the server wrote is read', () => {
  const config = { basePath: '/dashboard/', auth: { domain: 'd', clientId: 'c', audience: 'a', usesDpop: true } }
  expect(readConfig(pageWith(JSON.stringify(config)))).toEqual(config)
})

test.each([[undefined], ['{}'], ['{"basePath":"/"}'], ['nonsense']])(
  'without a configuration (%s) there is none, and no crash',
  (content) => {
    expect(readConfig(pageWith(content))).toBeUndefined()
  },
)
