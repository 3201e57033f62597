const browsers: [string, RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/([\d.]+)/],
  ['Opera', /\bOPR\/([\d.]+)/],
  ['Samsung Internet', /\bSamsungBrowser\/([\d.]+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome', /\b(?:Chrome|CriOS)\/([\d.]+)/],
  ['Safari', /\bVersion\/([\d.]+).*\bSafari\//],
]
const systems: [string, RegExp][] = [
  ['iOS', /\b(?:iPhone|iPad|iPod).*? OS ([\d_]+)/],
  ['Android', /\bAndroid ([\d.]+)/],
  ['Mac OS X', /\bMac OS X ([\d_.]+)/],
  ['Windows', /\bWindows NT ([\d.]+)/],
  ['Linux', /\bLinux\b()/],
]

/** A browser as Auth0's log words it: `Chrome 156.0.0 / Linux 0.0.0`; what it does not know is `Other 0.0.0`. */
export function describeUserAgent(userAgent: string | undefined): string {
  return `${find(browsers, userAgent)} / ${find(systems, userAgent)}`
}

export const isMobile = (userAgent: string | undefined): boolean => /\bMobile\b|\bAndroid\b/.test(userAgent ?? '')

function find(known: [string, RegExp][], text = ''): string {
  for (const [name, pattern] of known) {
    const found = pattern.exec(text.slice(0, 512))
    if (!found) continue
    const [major = '0', minor = '0', patch = '0'] = (found[1] ?? '').split(/[._]/).map((part) => part || '0')
    return `${name} ${major}.${minor}.${patch}`
  }
  return 'Other 0.0.0'
}
