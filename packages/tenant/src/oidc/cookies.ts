import type { Request, Response } from 'express'

export const sessionCookie = 'rollcall_session'
/** Ties a sign-in page to the browser it was shown in. */
export const browserCookie = 'rollcall_browser'

export function readCookie(req: Request, name: string): string | undefined {
  for (const pair of req.headers.cookie?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name && value !== undefined && /^[\w-]{16,128}$/.test(value)) return value
  }
  return undefined
}

/**
 * Out of reach of scripts; over TLS also sent to us from pages of other sites, which silent sign-in needs. Over plain HTTP browsers refuse that,
 * and localhost is one site whatever its port.
 * @param maxAge in milliseconds; without it the cookie goes with the browser
 */
export function writeCookie(res: Response, origin: string, name: string, value: string, maxAge?: number): void {
  const isSecure = origin.startsWith('https:')
  const lifetime = maxAge === undefined ? {} : { maxAge }
  res.cookie(name, value, {
    httpOnly: true,
    path: '/',
    sameSite: isSecure ? 'none' : 'lax',
    secure: isSecure,
    ...lifetime,
  })
}

export function clearCookie(res: Response, origin: string, name: string): void {
  const isSecure = origin.startsWith('https:')
  res.clearCookie(name, { httpOnly: true, path: '/', sameSite: isSecure ? 'none' : 'lax', secure: isSecure })
}
