/** A request in bulk whose turn would have come too late: the tenant never heard of it. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly retryAfterSeconds: number

  constructor(waitMs: number) {
    super('its rate limit leaves no room for this in the next seconds')
    this.retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000))
  }
}
