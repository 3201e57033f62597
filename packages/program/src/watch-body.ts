import type { IncomingMessage } from 'node:http'

export interface BodyWatch {
  /** How often it is looked at. */
  everyMs?: number
  /** What has to come in between. */
  leastBytes?: number
}

/**
 * Ends the connection of whoever sends a request's body so slowly that it would stay open for ever. One that comes on may take its time: a file
 * of users that is imported has up to a gigabyte, and Node's own limit is on the whole request.
 */
export function watchBody(req: IncomingMessage, { everyMs = 60_000, leastBytes = 65_536 }: BodyWatch = {}): void {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (!hasBody) return
  const { socket } = req
  let before = socket.bytesRead
  const timer = setInterval(() => {
    if (req.complete) return clearInterval(timer)
    // What waits here to be read has come: then it is we who are slow.
    const isWaiting = req.readableLength >= req.readableHighWaterMark
    if (!isWaiting && socket.bytesRead - before < leastBytes) socket.destroy()
    before = socket.bytesRead
  }, everyMs)
  timer.unref()
  // Also when its connection ends, or nobody wants it.
  req.once('close', () => clearInterval(timer))
}
