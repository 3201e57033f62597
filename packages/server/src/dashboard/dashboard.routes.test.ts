import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../testing/start-server.ts'
import { renderIndex } from './render-index.ts'

const page = `<!doctype html><html><head><meta name="rollcall-config" content="{}">
<link rel="icon" href="./icon.svg"><script type="module" src="./assets/main-abc.js"></script></head><body></body></html>`

const folder = mkdtempSync(join(tmpdir(), 'rollcall-dashboard-'))
let server: TestServer
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), page)
  writeFileSync(join(folder, 'icon.svg'), '<svg/>')
  writeFileSync(join(folder, '.stamp'), 'of the build')
  writeFileSync(join(folder, 'assets/main-abc.js'), 'run()')
  writeFileSync(join(folder, 'assets/main-abc.js.br'), brotliCompressSync('run()'))
  server = await startServer({ mountPath: '/dashboard', dashboardFolder: folder })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

test.each(['', '/', '/users/auth0%7C1', '/users/samlp%7Cacme%7Cjo@example.com', '/index.html'])(
  'the address %j shows the page, made for where it is mounted',
  async (path) => {
    const response = await ask(path)
    const html = await response.text()
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    expect(html).toContain('src="/dashboard/assets/main-abc.js"')
    expect(html).toContain('href="/dashboard/icon.svg"')
    const config = /rollcall-config" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? ''
    expect(JSON.parse(config)).toEqual({
      basePath: '/dashboard/',
      auth: { domain: server.issuer.origin, clientId: 'spa', audience: 'https://app.example/api', usesDpop: false },
    })
  },
)

test('a hashed file is kept for good, and comes compressed to whoever takes it so', async () => {
  const packed = await ask('/assets/main-abc.js', { 'accept-encoding': 'gzip, br' })
  const plain = await ask('/assets/main-abc.js', { 'accept-encoding': 'identity' })
  expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['br', null])
  expect([await packed.text(), await plain.text()]).toEqual(['run()', 'run()'])
  for (const { headers } of [packed, plain]) {
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('content-type')).toContain('text/javascript')
    expect(headers.get('vary')).toContain('Accept-Encoding')
  }
})

test.each(['/assets/gone-abc.js', '/favicon.ico', '/.stamp', '/assets/%2e%2e/index.html.map'])(
  'the file %s is not there',
  async (path) => {
    const response = await ask(path)
    expect([response.status, await response.text()]).toEqual([404, expect.not.stringContaining('of the build')])
  },
)

test('no address leads out of the folder', async () => {
  for (const path of ['/..%2f..%2fetc%2fpasswd', '/assets/..%2f..%2f..%2fetc%2fpasswd']) {
    expect(await (await ask(path)).text()).not.toContain('root:')
  }
})

test('an address that is no text is the caller’s fault', async () => {
  expect((await ask('/%E0%A4%A')).status).toBe(400)
})

test('the page only takes GET', async () => {
  expect((await fetch(`${server.url}/users`, { method: 'POST', body: 'x' })).status).toBe(405)
})

test('a dashboard that is not built says how to build it', async () => {
  const bare = await startServer({ dashboardFolder: join(folder, 'nowhere') })
  const response = await fetch(`${bare.url}/`)
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')])
  await bare.close()
})

test('nothing in the configuration can end its attribute', () => {
  const auth = { domain: '"><script>alert(1)</script>', clientId: '$&', audience: "'", usesDpop: false }
  const html = renderIndex(page, { basePath: '/"/', auth })
  expect(html).not.toContain('<script>alert')
  expect(html).toContain('$&amp;')
  expect(html).toContain('src="/&quot;/assets/main-abc.js"')
})
