import { Router } from 'express'

/** Ground and ink of each avatar colour; every pair is readable (contrast ≥ 4.5). */
const colours = [
  ['#3b4cca', '#ffffff'], ['#0b6e69', '#ffffff'], ['#8a3ffc', '#ffffff'], ['#a2191f', '#ffffff'],
  ['#0043ce', '#ffffff'], ['#6f3d00', '#ffffff'], ['#9f1853', '#ffffff'], ['#198038', '#ffffff'],
  ['#005d5d', '#ffffff'], ['#491d8b', '#ffffff'], ['#c8d6ff', '#161b3d'], ['#ffd9c2', '#3d1b06'],
] as const // prettier-ignore

/** Pictures of the people of the demo: initials on a colour, drawn here, so that nothing is fetched from elsewhere. */
export function avatarRoutes(): Router {
  const router = Router()
  router.get('/avatars/:file', (req, res, next) => {
    const initials = /^([a-z]{1,2})\.svg$/.exec(req.params.file)?.[1]?.toUpperCase()
    const [ground, ink] = colours[Number(req.query.c ?? 0)] ?? []
    if (initials === undefined || ground === undefined) return next()
    res.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
    res.setHeader('Content-Security-Policy', "default-src 'none'")
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    res
      .type('svg')
      .send(
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${ground}"/>` +
          `<text x="32" y="33" dominant-baseline="central" text-anchor="middle" font-family="system-ui,sans-serif" font-size="26" font-weight="600" fill="${ink}">${initials}</text></svg>`,
      )
  })
  return router
}
