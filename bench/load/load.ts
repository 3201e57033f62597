/** Something to be done over and over by a number of lanes at once, each starting anew as soon as it has its answer. */
export type Load = { connections: number } & (
  | { kind: 'http'; url: string; method: 'GET' | 'POST'; headers: Record<string, string>; body?: string }
  | { kind: 'sql'; databaseUrl: string; statements: Statement[] }
  /** RSA-2048 with SHA-256, by the callback of `crypto.sign`: what a token costs at the least. */
  | { kind: 'signing' }
)

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
