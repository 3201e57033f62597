export interface Agent {
  browser: string | undefined
  system: string | undefined
  isMobile: boolean
}

/** Each before those that call themselves by its name too. */
const browsers: [string, RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+).*\bSafari\//],
]
const systems: [string, RegExp][] = [
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['macOS', /\bMac OS X\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
]
/** As Auth0's log words it: `Chrome 156.0.0 / Mac OS X 15.1.0`. */
const worded = /^(.+?) (\d+)\.\d+\.\d+ \/ (.+?) \d+\.\d+\.\d+$/

/** What somebody sat at, as far as it says so itself. A program is called by its first word. */
export function describeAgent(userAgent: string | null): Agent {
  const text = (userAgent ?? '').slice(0, 512)
  const isMobile = /\bMobile\b|\bAndroid\b|\biOS\b/.test(text)
  const [, name, version, on] = worded.exec(text) ?? []
  if (name !== undefined) {
    const system = on === 'Mac OS X' ? 'macOS' : on
    return { browser: name === 'Other' ? undefined : `${name} ${version}`, system: system === 'Other' ? undefined : system, isMobile } // prettier-ignore
  }
  const [browser, found] = browsers
    .map(([called, pattern]) => [called, pattern.exec(text)?.[1]] as const)
    .find(([, major]) => major !== undefined) ?? [text.split(/[\s/]/, 1)[0] || undefined]
  return {
    browser: found === undefined ? browser : `${browser} ${found}`,
    system: systems.find(([, pattern]) => pattern.test(text))?.[0],
    isMobile,
  }
}
