/** A refusal in the words of OAuth 2.0 (RFC 6749 §5.2), with the status that Auth0 answers. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly status: number
  readonly error: string
  readonly uri: string | undefined
  /** What some answers carry beside the three. */
  readonly extra: Record<string, string>

  constructor(status: number, error: string, description: string, uri?: string, extra: Record<string, string> = {}) {
    super(description)
    this.extra = extra
    this.status = status
    this.error = error
    this.uri = uri
  }
}

export const invalidRequest = (description: string) => new OAuthError(400, 'invalid_request', description)
export const invalidGrant = (description: string) => new OAuthError(403, 'invalid_grant', description)
export const invalidDpopProof = (description: string) => new OAuthError(400, 'invalid_dpop_proof', description)
/** One answer to an unknown client and to a wrong secret: which of the two it was is not for the caller to learn. */
export const clientUnknown = () => new OAuthError(401, 'access_denied', 'Unauthorized')
