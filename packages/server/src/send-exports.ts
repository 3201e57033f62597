/** Whether a stream ended because its reader cancelled it or is gone: then nobody is left to be told. */
export const hasReaderLeft = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
