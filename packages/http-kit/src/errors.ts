/**
 * What went wrong, in the product's words. Each surface speaks its callers' dialect of it: the admin API problem+json,
 * the Management API Auth0's envelope, OIDC `error` and `error_description`.
 */
export abstract class RollcallError extends Error {
  abstract readonly status: number
  /** kebab-case and public: callers match on it, so renaming one is a breaking change */
  readonly code: string

  constructor(code: string, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.name = new.target.name
    this.code = code
  }
}

/** One fault in what was sent: where it is (`query.perPage`, `body.email`) and how to mend it. */
export interface FieldFault {
  path: string
  message: string
}

export class InvalidInput extends RollcallError {
  readonly status = 400
  readonly faults: FieldFault[]

  constructor(code: string, detail: string, faults: FieldFault[] = [], options?: ErrorOptions) {
    super(code, detail, options)
    this.faults = faults
  }
}

export class NotAuthenticated extends RollcallError {
  readonly status = 401
  /** The WWW-Authenticate challenge (RFC 6750 §3, RFC 9449 §7.1), if the surface has one. */
  readonly challenge: string

  constructor(code: string, detail: string, challenge = 'Bearer', options?: ErrorOptions) {
    super(code, detail, options)
    this.challenge = challenge
  }
}

export class NotAllowed extends RollcallError {
  readonly status = 403
}

export class NotFound extends RollcallError {
  readonly status = 404
}

/** The address is right and the verb is not; whoever throws has set the `Allow` header (RFC 9110 §15.5.6). */
export class MethodNotAllowed extends RollcallError {
  readonly status = 405
}

/** A value that is not what whoever asks supposed: `before` as they saw it, `after` as it is. */
export interface Difference {
  field: string
  before: unknown
  after: unknown
}

export class Conflict extends RollcallError {
  readonly status = 409
  readonly differences: Difference[]

  constructor(code: string, detail: string, differences: Difference[] = [], options?: ErrorOptions) {
    super(code, detail, options)
    this.differences = differences
  }
}

export class TooLarge extends RollcallError {
  readonly status = 413
}

export class TooManyRequests extends RollcallError {
  readonly status = 429
  readonly retryAfterSeconds: number | undefined

  constructor(code: string, detail: string, retryAfterSeconds?: number, options?: ErrorOptions) {
    super(code, detail, options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The service behind us answered, and the answer is of no use. */
export class UpstreamFailed extends RollcallError {
  readonly status = 502
}

/** The service behind us refuses to our own token what it would do for one with another scope. */
export class ScopeMissing extends UpstreamFailed {
  /** Any one of them would do. */
  readonly scopes: string[]

  constructor(code: string, detail: string, scopes: string[], options?: ErrorOptions) {
    super(code, detail, options)
    this.scopes = scopes
  }
}

/** One of several things that were to be done, and what became of it. */
export interface StepResult {
  step: string
  result: string
  problem: { code: string; message: string } | null
}

/** Of several things, some were done and some were not: which is said. */
export class PartlyDone extends UpstreamFailed {
  readonly steps: StepResult[]
  /** To whom. */
  readonly userId: string

  constructor(code: string, detail: string, { steps, userId }: { steps: StepResult[]; userId: string }) {
    super(code, detail)
    this.steps = steps
    this.userId = userId
  }
}

/** Something this answer needs cannot be reached just now; asking again later may work. */
export class Unavailable extends RollcallError {
  readonly status = 503
  readonly retryAfterSeconds: number | undefined

  constructor(code: string, detail: string, retryAfterSeconds?: number, options?: ErrorOptions) {
    super(code, detail, options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}
