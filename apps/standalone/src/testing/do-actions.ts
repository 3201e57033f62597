import { ActionOutcome, ActionPreview } from '@rollcall/contracts/admin-api'
import { expect } from 'vitest'

export interface Asked {
  status: number
  body: Record<string, unknown>
}

export interface ActionRequest {
  params?: unknown
  reason?: string
  basedOn?: unknown
}

/** Rollcall's API as far as it changes users. */
export function actionsOf({ url, token }: { url: string; token: string }) {
  const post = async (path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Asked> => {
    const response = await fetch(`${url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const pathOf = (userId: string, name: string) => `/users/${encodeURIComponent(userId)}/actions/${name}`
  const send = (userId: string, name: string, request: ActionRequest = {}, headers?: Record<string, string>) =>
    post(pathOf(userId, name), request, headers)
  return {
    post,
    send,
    /** One that is to go well. */
    async perform(userId: string, name: string, request: ActionRequest = {}): Promise<ActionOutcome> {
      const { status, body } = await send(userId, name, request)
      expect([status, body]).toEqual([200, expect.anything()])
      return ActionOutcome.parse(body)
    },
    async preview(userId: string, name: string, params: unknown = {}): Promise<ActionPreview> {
      const { status, body } = await post(`${pathOf(userId, name)}/preview`, { params })
      expect([status, body]).toEqual([200, expect.anything()])
      return ActionPreview.parse(body)
    },
    undo: (runId: string, headers?: Record<string, string>) => post(`/actions/${runId}/undo`, {}, headers),
  }
}
