import { expect, test, vi } from 'vitest'
import { problem } from '../testing/mount-page.ts'
import { createApiClient } from './api-client.ts'
import type { AuthorizedFetch } from './api-client.ts'

function clientOf(authorizedFetch: AuthorizedFetch) {
  const onSessionLost = vi.fn()
  return { api: createApiClient({ baseUrl: '/', authorizedFetch, onSessionLost }), onSessionLost }
}

test('a tenant that gives no token any more ends the session', async () => {
  const { api, onSessionLost } = clientOf(() => Promise.reject(Object.assign(new Error(), { error: 'login_required' })))
  await expect(api.get('me')).rejects.toMatchObject({ code: 'session-lost' })
  expect(onSessionLost).toHaveBeenCalledOnce()
})

test('a token that the server takes no more ends the session', async () => {
  const { api, onSessionLost } = clientOf(async () => problem(401, 'The token has expired.'))
  await expect(api.get('me')).rejects.toMatchObject({ status: 401 })
  expect(onSessionLost).toHaveBeenCalledOnce()
})

test('a network that is gone is not the end of the session', async () => {
  const { api, onSessionLost } = clientOf(() => Promise.reject(new TypeError('Failed to fetch')))
  await expect(api.get('me')).rejects.toMatchObject({ code: 'network' })
  expect(onSessionLost).not.toHaveBeenCalled()
})

test('what something in between answered in the server’s place is not read as the server’s words', async () => {
  const { api } = clientOf(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await expect(api.get('me')).rejects.toMatchObject({ status: 502, code: 'unknown', message: '' })
})
