/** Something to be done over and over by a number of lanes at once. */
export type Load = {
  connections: number
  /** How long a lane waits after an answer, as a person would; absent: it starts anew at once. */
  pauseMs?: number
  /** Absent: as often as the time allows. */
  times?: number
} & (
  | { kind: 'http'; requests: HttpRequest[] }
  | { kind: 'sql'; databaseUrl: string; statements: Statement[] }
  /** RSA-2048 with SHA-256, by the callback of `crypto.sign`: what a token costs at the least. */
  | { kind: 'signing' }
)

/** Of several, each lane makes one after the other, the lanes beginning at different ones. */
export interface HttpRequest {
  url: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  headers: Record<string, string>
  body?: string
}

/** Prepared once for each connection, then executed. */
export interface Statement {
  text: string
  values: unknown[]
}

export interface Sample {
  perSecond: number
  p50Ms: number
  p95Ms: number
}

export interface LoadRequest {
  load: Load
  milliseconds: number
}

export type LoadAnswer = { sample: Sample } | { failure: string }
