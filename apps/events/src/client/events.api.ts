import type { EventDetails, EventSummary } from '../server/events.ts'

export type { EventDetails, EventSummary }

export interface SiteConfig {
  domain: string
  clientId: string
  audience: string
}

/** The site answered, and what it said was no. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export const fetchSiteConfig = () => ask<SiteConfig>('/config.json')
export const fetchEvents = () => ask<EventSummary[]>('/events')
export const fetchEvent = (id: string, token: string) => ask<EventDetails>(`/events/${encodeURIComponent(id)}`, token)
export const fetchMe = (token: string) => ask<{ mayManagePeople: boolean }>('/me', token)

/** @throws Refused; TypeError when the site cannot be reached */
async function ask<Answer>(path: string, token?: string): Promise<Answer> {
  const response = await fetch(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  if (response.ok) return (await response.json()) as Answer // our own server, and the types are its own
  const isProblem = response.headers.get('content-type')?.includes('json') ?? false
  const detail = isProblem ? ((await response.json()) as { detail?: string }).detail : undefined
  throw new Refused(response.status, detail ?? `The site answered ${response.status}.`)
}
