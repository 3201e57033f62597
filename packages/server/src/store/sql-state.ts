/** PostgreSQL's code for what went wrong; undefined when it was not PostgreSQL that said so. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
