/** A refusal in the Management API's envelope. Some of Auth0's refusals carry no `errorCode`. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError'
  readonly status: number
  readonly errorCode: string | undefined

  constructor(status: number, message: string, errorCode?: string) {
    super(message)
    this.status = status
    this.errorCode = errorCode
  }
}

export const badRequest = (message: string, errorCode = 'invalid_body') => new ManagementError(400, message, errorCode)
