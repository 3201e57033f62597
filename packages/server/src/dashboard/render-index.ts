import type { DashboardConfig } from '@rollcall/contracts/admin-api'
import { escapeHtml } from '../escape-html.ts'

/**
 * The dashboard's page for where it is mounted: the build knows neither its address nor its tenant.
 * @param html as built, with `<meta name="rollcall-config" content="{}">` and addresses that begin with `./`
 */
export function renderIndex(html: string, config: DashboardConfig): string {
  const content = escapeHtml(JSON.stringify(config))
  const basePath = escapeHtml(config.basePath)
  // Functions, because `$&` in a replacement text would be read as an instruction.
  return html
    .replace(/(<meta\s+name="rollcall-config"\s+content=)"[^"]*"/, (_all, start: string) => `${start}"${content}"`)
    .replace(/((?:href|src)=)"\.\/([^"]*)"/g, (_all, start: string, path: string) => `${start}"${basePath}${path}"`)
}
