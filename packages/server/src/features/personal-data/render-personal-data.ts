import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { PersonalData } from '@rollcall/contracts/admin-api'
import { escapeHtml } from '../../escape-html.ts'

const styles = readFileSync(new URL('personal-data.css', import.meta.url), 'utf8')
const styleHash = createHash('sha256').update(styles).digest('base64')

/** The page is its own: no script, nothing from elsewhere, and of styles this one. */
export const personalDataPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`

type Part = Exclude<keyof PersonalData, 'userId' | 'madeAt' | 'tenant' | 'madeBy' | 'missing'>
const titles: Record<Part, string> = {
  user: 'Profile',
  identities: 'Accounts they sign in with',
  roles: 'Roles',
  permissions: 'Permissions, and how they come by each',
  organizations: 'Organizations',
  sessions: 'Open sessions',
  refreshTokens: 'Lasting access of applications',
  factors: 'Second factors and passkeys',
  blocks: 'Blocks by address',
  tags: 'Tags that staff gave',
  notes: 'Notes of staff',
  staffActions: 'What staff did',
  log: 'What the tenant logged',
  deletionDueAt: 'To be deleted',
  record: 'The tenant’s own record, word by word',
}

/** Everything that is held on one person, as one page to read and to print. Whatever is in it is text, and never markup. */
export function renderPersonalData(data: PersonalData): string {
  const { userId, madeAt, tenant, madeBy, missing, user } = data
  const parts = Object.keys(titles) as Part[]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(personalDataPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Personal data of ${escapeHtml(user.name ?? user.email ?? userId)}</title>
<style>${styles}</style>
</head>
<body>
<header>
<h1>Personal data of ${escapeHtml(user.name ?? user.email ?? userId)}</h1>
${render({ userId, tenant, madeAt, madeBy })}
</header>
<main>
<section>
<h2>What is missing</h2>
${missing.length === 0 ? '<p>Nothing: this is all that is held.</p>' : render(missing)}
</section>
${parts.map((part) => `<section>\n<h2>${escapeHtml(titles[part])}</h2>\n${renderPart(data, part)}\n</section>`).join('\n')}
</main>
</body>
</html>
`
}

function renderPart(data: PersonalData, part: Part): string {
  const value = data[part]
  if (value !== null) return render(value)
  const why = data.missing.find((one) => one.part === part)
  return `<p class="none">${why ? `Not to be had: ${escapeHtml(why.detail)}` : 'Nothing.'}</p>`
}

/** Lists of things as lists, things as pairs of a name and a value, at any depth. */
function render(value: unknown): string {
  if (value === null || value === undefined || value === '') return '<span class="none">–</span>'
  if (Array.isArray(value)) {
    if (value.length === 0) return '<p class="none">Nothing.</p>'
    return `<ol>${value.map((item) => `<li>${render(item)}</li>`).join('\n')}</ol>`
  }
  if (typeof value === 'object') {
    const pairs = Object.entries(value)
    if (pairs.length === 0) return '<p class="none">Nothing.</p>'
    return `<dl>${pairs.map(([name, inner]) => `<div><dt>${escapeHtml(inWords(name))}</dt><dd>${render(inner)}</dd></div>`).join('\n')}</dl>`
  }
  return escapeHtml(String(value))
}

/** `lastLoginAt` reads “last login at”; what the tenant or an application has named stays as it is. */
const inWords = (name: string) =>
  /^[a-z]+([A-Z][a-z]*)+$/.test(name) ? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : name
