import type { TestBrowser } from '../testing/browser.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

/**
 * What a person does between an application's redirect to /authorize and its callback: fills in the sign-in page, if they are shown one.
 * @param address of /authorize, as the application made it
 * @returns the tenant's answer: a redirect to the callback, or the page that posts to it
 */
export async function walkThroughSignIn(
  browser: TestBrowser,
  tenant: TestTenant,
  address: string | URL,
): Promise<Response> {
  const first = await browser.open(String(address))
  const page = new URL(first.headers.get('location') ?? address, address)
  if (page.pathname !== '/u/login') return first
  const { email, password } = tenant.staff
  const fields = { state: page.searchParams.get('state') ?? '', username: email, password }
  return browser.submit(new URL('/u/login', page).href, fields)
}

/** The form that a `form_post` page submits by itself. */
export async function readForm(page: Response): Promise<{ action: string; fields: Record<string, string> }> {
  const markup = await page.text()
  const unescape = (text: string) =>
    text.replace(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => entities[name] ?? '')
  const action = unescape(/<form method="post" action="([^"]+)"/.exec(markup)?.[1] ?? '')
  const inputs = markup.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return {
    action,
    fields: Object.fromEntries([...inputs].map(([, name = '', value = '']) => [unescape(name), unescape(value)])),
  }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
