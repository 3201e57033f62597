import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { Unavailable } from '@rollcall/http-kit'

const silenceMs = 30_000

/**
 * The lines of a download, a handful at a time, unpacked if it is packed (gzip).
 * @throws an error if it breaks off: what was given until then is good
 */
export async function* readLines(download: Readable, signal: AbortSignal): AsyncGenerator<string[]> {
  const content = await unpacked(download, signal)
  const abort = () => content.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  const decoder = new StringDecoder('utf8') // a chunk may end within a letter
  let rest = ''
  try {
    const chunks = (content as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    for (;;) {
      const next = await inTime(chunks.next())
      if (next.done) break
      const lines = (rest + decoder.write(next.value)).split('\n')
      rest = lines.pop() ?? ''
      if (lines.length > 0) yield lines
    }
    rest += decoder.end()
    if (rest !== '') yield [rest]
  } finally {
    signal.removeEventListener('abort', abort)
    content.destroy()
    download.destroy()
  }
}

async function unpacked(download: Readable, signal: AbortSignal): Promise<Readable> {
  await inTime(once(download, 'readable', { signal }))
  const start = download.read() as Buffer | null
  if (start === null) return download // empty
  download.unshift(start)
  const isGzip = start[0] === 0x1f && start[1] === 0x8b
  if (!isGzip) return download
  const gunzip = createGunzip()
  download.once('error', (error) => gunzip.destroy(error))
  return download.pipe(gunzip)
}

/** A download may take its time, but must not fall silent. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const silence = sleep(silenceMs, undefined, { signal: timer.signal }).then(() => {
    throw new Unavailable('export-silent', 'The download of the export has come to a standstill.')
  })
  silence.catch(() => undefined) // no one waits for it any more when the other is first
  try {
    return await Promise.race([work, silence])
  } finally {
    timer.abort()
  }
}
