import { chromium, type Page } from '@playwright/test'
import { findBrowser } from '../scripts/browser.mjs'
import { comparisonOf, spreadOf, type Comparison, type Rounds, type Spread } from './compare.ts'
import type { Site } from './site.ts'

export interface GridFigures {
  rows: number
  /** Until they were there, going to the end again and again. */
  secondsToEnd: number
  /** Between two frames while the list is scrolled, in ms; beside it a page of as many plain lines as are flown over, which is the least here. */
  p95: Comparison
  p50: Spread
  /** Elements in the page meanwhile. */
  elements: number
}

const pixelsAFrame = 160
const frames = 300

/** Scrolls through a list of so many rows that are there, in Chromium, and takes the time between frames. */
export async function measureGrid(
  { rollcallUrl, credentials: { staff } }: Site,
  { rows: wanted, rounds }: { rows: number } & Pick<Rounds, 'rounds'>,
): Promise<GridFigures> {
  const browser = await chromium.launch({ executablePath: findBrowser(process.execPath), args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${rollcallUrl}/`)
    await page.getByLabel(/e-?mail/i).fill(staff.email)
    await page.getByLabel('Password', { exact: true }).fill(staff.password)
    await page.getByRole('button', { name: /^(continue|sign in|log in)$/i }).click()
    await page.locator('[role=grid] [data-row="5"]').waitFor()
    const startedAt = performance.now()
    const rows = await loadRows(page, wanted)
    const secondsToEnd = (performance.now() - startedAt) / 1000
    const plain = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await plain.setContent(plainPage)
    const found: (Frames & { plain: number })[] = []
    for (let round = 0; round < rounds; round += 1) {
      await page.bringToFront()
      const frames = await scroll(page)
      await plain.bringToFront()
      found.push({ ...frames, plain: (await scroll(plain)).p95 })
    }
    return {
      rows,
      secondsToEnd,
      p50: spreadOf(found.map(({ p50 }) => p50)),
      p95: comparisonOf(found.map(({ p95, plain }) => ({ ours: p95, theirs: plain }))),
      elements: Math.max(...found.map(({ elements }) => elements)),
    }
  } finally {
    await browser.close()
  }
}

const scroller = '[role=grid]'

const plainPage = `<div role="grid" style="height: 700px; overflow: auto; font: 14px sans-serif">
  ${Array.from({ length: 2500 }, (_, line) => `<div style="height: 56px">Person ${line}, person.${line}@example.com, last seen on a day of November</div>`).join('')}
</div>`

interface Frames {
  p50: number
  p95: number
  elements: number
}

/** To the end, again and again: there the next page is fetched. @returns how many rows there are then */
function loadRows(page: Page, wanted: number): Promise<number> {
  return page.evaluate(
    async ({ scroller, wanted }) => {
      const grid = document.querySelector(scroller)
      if (!grid) throw new Error('There is no grid.')
      const lastRow = () =>
        Math.max(0, ...[...grid.querySelectorAll('[data-row]')].map((row) => Number(row.getAttribute('data-row'))))
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      const deadline = performance.now() + 300_000
      for (;;) {
        grid.scrollTop = grid.scrollHeight
        await nextFrame()
        const rows = lastRow() + 1
        if (rows >= wanted) return rows
        if (performance.now() > deadline) throw new Error(`After five minutes there were ${lastRow()} rows.`)
      }
    },
    { scroller, wanted },
  )
}

/** From somewhere in the middle, downwards, among rows that are fetched as they come. */
function scroll(page: Page): Promise<Frames> {
  return page.evaluate(
    async ({ scroller, pixelsAFrame, frames }) => {
      const grid = document.querySelector(scroller)
      if (!grid) throw new Error('There is no grid.')
      const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
      grid.scrollTop = grid.scrollHeight * (0.2 + 0.5 * Math.random())
      for (let settling = 0; settling < 60; settling += 1) await nextFrame()
      const took: number[] = []
      let before = await nextFrame()
      for (let frame = 0; frame < frames; frame += 1) {
        grid.scrollTop += pixelsAFrame
        const now = await nextFrame()
        took.push(now - before)
        before = now
      }
      took.sort((one, other) => one - other)
      const at = (share: number) => took[Math.floor((took.length - 1) * share)] ?? Number.NaN
      return { p50: at(0.5), p95: at(0.95), elements: document.querySelectorAll('*').length }
    },
    { scroller, pixelsAFrame, frames },
  )
}
