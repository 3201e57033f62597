/** An event as Auth0 logs it (research: "Log Event Type Codes"); a member that is absent is left out of the entry. */
export interface LogEvent {
  /** Auth0's code: `s`, `fp`, `sapi`, … */
  type: string
  description?: string | undefined
  connection?: string | undefined
  connection_id?: string | undefined
  client_id?: string | undefined
  client_name?: string | undefined
  ip?: string | undefined
  /** As the browser sent it; kept as Auth0 words it. */
  user_agent?: string | undefined
  user_id?: string | undefined
  user_name?: string | undefined
  hostname?: string | undefined
  audience?: string | undefined
  scope?: string | undefined
  strategy?: string | undefined
  strategy_type?: string | undefined
  organization_id?: string | undefined
  organization_name?: string | undefined
  /** Never a password, a token or a secret. */
  details?: Record<string, unknown> | undefined
}
