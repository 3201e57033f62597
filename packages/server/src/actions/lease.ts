/** The right to go on with a run, which has to be renewed: whoever is silent for too long is taken for dead. */
export interface Lease {
  /** @throws LeaseLost unless what is begun now is over before anybody else may think this server gone */
  check(): void
  stop(): void
}

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** @param renew resolves with false when the run is somebody else's by now */
export function keepLease(renew: () => Promise<boolean>, leaseMs: number): Lease {
  let validUntil = performance.now() + leaseMs
  const renewing = setInterval(() => {
    const askedAt = performance.now()
    renew().then(
      (isOurs) => {
        validUntil = isOurs ? askedAt + leaseMs : 0
      },
      () => undefined, // the database is away: the lease runs out unless it comes back in time
    )
  }, leaseMs / 5)
  renewing.unref()
  return {
    check() {
      if (performance.now() + leaseMs / 2 > validUntil) throw new LeaseLost('The run is not this server’s any more.')
    },
    stop: () => clearInterval(renewing),
  }
}
