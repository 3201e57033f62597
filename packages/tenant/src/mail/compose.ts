/** What a mail says. Words first, then what is to be done, then what to do if it was a mistake. */
export interface Message {
  subject: string
  paragraphs: string[]
  /** A link, as a button where mail can show one. */
  action?: { label: string; url: string }
  /** To be typed in, so it stands alone. */
  code?: string
  closing?: string
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)

/** The same message as plain text and as HTML. */
export function compose({ paragraphs, action, code, closing }: Message): { text: string; html: string } {
  const parts = [
    ...paragraphs,
    ...(code === undefined ? [] : [code]),
    ...(action === undefined ? [] : [`${action.label}:\n${action.url}`]),
    ...(closing === undefined ? [] : [closing]),
  ]
  const block = (text: string) => `<p>${escape(text)}</p>`
  const html = [
    ...paragraphs.map(block),
    ...(code === undefined ? [] : [`<p style="font-size:24px;letter-spacing:.2em"><b>${escape(code)}</b></p>`]),
    ...(action === undefined ? [] : [`<p><a href="${escape(action.url)}">${escape(action.label)}</a></p>`]),
    ...(closing === undefined ? [] : [block(closing)]),
  ]
  return {
    text: `${parts.join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body style="font:16px/1.5 system-ui,sans-serif;color:#16191f">${html.join('')}</body></html>`,
  }
}
