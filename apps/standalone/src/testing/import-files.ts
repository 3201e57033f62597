import { UserImport } from '@rollcall/contracts/admin-api'
import { expect, vi } from 'vitest'

/** Rollcall's API as far as it imports users. */
export function importsOf({ url, token }: { url: string; token: string }) {
  const headers = { authorization: `Bearer ${token}` }
  const upload = async (content: string | Buffer, query = '') => {
    const body = typeof content === 'string' ? content : new Uint8Array(content)
    const response = await fetch(`${url}/api/imports${query}`, { method: 'POST', headers, body })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const read = async (importId: string) =>
    UserImport.parse(await (await fetch(`${url}/api/imports/${importId}`, { headers })).json())
  const reaches = (importId: string, phase: UserImport['phase'], timeout = 18_000) =>
    vi.waitFor(
      async () => {
        const found = await read(importId)
        if (found.phase !== phase) throw new Error(`It is ${found.phase}: ${JSON.stringify([found.counts, found.problem])}`)
        return found
      },
      { timeout, interval: 40 },
    ) // prettier-ignore
  const post = async (importId: string, step: string, body: unknown = {}) => {
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) } // prettier-ignore
    const response = await fetch(`${url}/api/imports/${importId}/${step}`, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const check = async (content: string | Buffer, query = '') => {
    const { status, body } = await upload(content, query)
    expect([status, body]).toEqual([201, expect.anything()])
    return reaches(UserImport.parse(body).importId, 'checked')
  }
  const start = async ({ importId, counts }: UserImport) => {
    expect(await post(importId, 'start', { users: counts.waiting })).toMatchObject({ status: 200 })
    return reaches(importId, 'done')
  }
  const rows = async (importId: string, query = '') => {
    const response = await fetch(`${url}/api/imports/${importId}/rows?limit=200${query}`, { headers })
    return ((await response.json()) as { rows: Record<string, unknown>[] }).rows
  }
  const report = async (importId: string, query = '') =>
    (await fetch(`${url}/api/imports/${importId}/report${query}`, { headers })).text()
  return { upload, check, read, reaches, post, start, rows, report }
}
