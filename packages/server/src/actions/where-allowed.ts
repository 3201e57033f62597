import { UpstreamFailed } from '@rollcall/http-kit'

/** Not every plan of Auth0 has sessions, and not every tenant lets Rollcall see all: nobody is blocked or deleted the less for it. @returns undefined where it may not */
export async function whereAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof UpstreamFailed && error.code === 'tenant-scope-missing') return undefined
    throw error
  }
}
