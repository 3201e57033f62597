import type { Change } from '@rollcall/contracts/admin-api'
import { TooManyRequests } from '@rollcall/http-kit'
import { Router, type RequestHandler, type Response } from 'express'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'

export interface ChangeFeed {
  /** @returns how to stop listening */
  subscribe(listener: (change: Change) => void): () => void
}

/** A comment now and then keeps proxies from ending a quiet stream, and tells a dead reader from a silent one. */
const heartbeatMs = 20_000
const mostStreamsOfOne = 20

/**
 * `/api/changes`: what changes, as server-sent events (WHATWG HTML §9.2). A stream ends with the token it was asked with; whoever wants more
 * asks again with a new one, and then takes everything as changed.
 */
export function changesRoutes({ guard, feed }: { guard: RequestHandler; feed: ChangeFeed }): Router {
  const router = Router()
  const streams = new Map<string, number>()

  router
    .route('/changes')
    .all(only('GET'), guard)
    .get((req, res) => {
      const { userId } = allow(actorOf(req), 'read:users')
      const open = streams.get(userId) ?? 0
      if (open >= mostStreamsOfOne) {
        throw new TooManyRequests(
          'too-many-streams',
          `At most ${mostStreamsOfOne} streams are open for one account.`,
          30,
        )
      }
      streams.set(userId, open + 1)
      res.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'x-accel-buffering': 'no', // nginx would hold events back
      })
      res.write(': open\n\n')
      const unsubscribe = feed.subscribe((change) => send(res, change))
      const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMs)
      const expiry = setTimeout(() => res.end(), Math.min(untilExpiry(req.auth?.payload.exp), 2 ** 31 - 1))
      heartbeat.unref()
      expiry.unref()
      res.once('close', () => {
        clearInterval(heartbeat)
        clearTimeout(expiry)
        unsubscribe()
        const left = (streams.get(userId) ?? 1) - 1
        if (left > 0) streams.set(userId, left)
        else streams.delete(userId)
      })
    })
  return router
}

const untilExpiry = (expSeconds: number | undefined) =>
  expSeconds === undefined ? heartbeatMs : Math.max(0, expSeconds * 1000 - Date.now())

/** A reader who takes nothing is let go, rather than kept in memory: it comes back and starts afresh. */
const mostBufferedBytes = 1_000_000

function send(res: Response, change: Change): void {
  if (res.writableLength > mostBufferedBytes) {
    res.destroy()
    return
  }
  res.write(`event: ${change.kind}\ndata: ${JSON.stringify(change)}\n\n`)
}
