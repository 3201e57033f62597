import { Router } from 'express'
import type { TenantClient } from '@rollcall/tenant-client'
import { only } from '../../access/only.ts'

export interface HealthDeps {
  tenant: Pick<TenantClient, 'reach'>
}

/** Probes come often and from many places; the tenant hears of them this seldom. */
const verdictLifetimeMs = 3000

export function healthRoutes({ tenant }: HealthDeps): Router {
  let verdict: { isReady: Promise<void>; askedAt: number } | undefined

  const whetherReady = (): Promise<void> => {
    const now = performance.now()
    if (!verdict || now - verdict.askedAt > verdictLifetimeMs) verdict = { isReady: tenant.reach(), askedAt: now }
    return verdict.isReady
  }

  const router = Router()
  router
    .route('/healthz')
    .all(only('GET'))
    .get((_req, res) => {
      res.json({ status: 'ok' })
    })
  router
    .route('/readyz')
    .all(only('GET'))
    .get(async (_req, res) => {
      await whetherReady()
      res.json({ status: 'ready' })
    })
  return router
}
