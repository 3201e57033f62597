import type pg from 'pg'

/** The connections of a pool, those that were just used near at hand. */
export interface Connections {
  take(): pg.PoolClient | Promise<pg.PoolClient>
  /** @param isSpoiled it is of no more use */
  give(client: pg.PoolClient, isSpoiled?: boolean): void
  close(): Promise<void>
}

const keptForMs = 60_000

/**
 * The pool sets two timers and waits for a turn of the event loop each time a connection is taken, which is as much as it takes to send a query. So
 * what is given back stays out of it for a while, unless somebody waits for a connection there.
 */
export function openConnections(pool: pg.Pool): Connections {
  let near: pg.PoolClient[] = []
  let isClosed = false
  const spoiled = new WeakSet<pg.PoolClient>()
  pool.on('connect', (client) => {
    // The pool listens to its idle connections only; one that breaks at work rejects its query, and says so once more. Without a listener that would
    // end us.
    client.on('error', () => spoiled.add(client as pg.PoolClient))
    client.on('end', () => spoiled.add(client as pg.PoolClient))
  })
  // Of those that nobody takes any more the pool shuts some, in its own time.
  const timer = setInterval(giveBack, keptForMs)
  timer.unref()

  function giveBack(): void {
    const idle = near
    near = []
    for (const client of idle) client.release(spoiled.has(client))
  }

  return {
    take() {
      for (let client = near.pop(); client !== undefined; client = near.pop()) {
        if (!spoiled.has(client)) return client
        client.release(true)
      }
      return pool.connect()
    },
    give(client, isSpoiled = false) {
      if (isSpoiled || isClosed || pool.waitingCount > 0 || spoiled.has(client)) {
        client.release(isSpoiled || spoiled.has(client))
      } else near.push(client)
    },
    close() {
      isClosed = true
      clearInterval(timer)
      giveBack()
      return pool.end()
    },
  }
}
