import type { DashboardConfig } from '@rollcall/contracts/admin-api'

/**
 * What the server wrote into the page. Checked by hand: the schema's own code would be a tenth of the bundle.
 * @returns undefined when the page was served by something else than Rollcall's server
 */
export function readConfig(page: Document): DashboardConfig | undefined {
  const content = page.querySelector('meta[name="rollcall-config"]')?.getAttribute('content') ?? '{}'
  let config: Partial<DashboardConfig>
  try {
    config = JSON.parse(content) as Partial<DashboardConfig>
  } catch {
    return undefined // whoever sees the page is told that it was served wrongly
  }
  const { basePath, auth } = config
  return basePath && auth?.domain && auth.clientId && auth.audience ? { basePath, auth } : undefined
}
