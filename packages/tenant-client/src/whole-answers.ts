import { promisify } from 'node:util'
import { brotliDecompress, gunzip } from 'node:zlib'
import { request, type Dispatcher } from 'undici'

/** As much of a `Response` as the SDK and we look at, of an answer that has come whole: it is nearly all that fetch is slow at. */
class WholeAnswer {
  readonly redirected = false
  readonly statusText = ''
  readonly type = 'default'
  readonly status: number
  readonly headers: Headers
  readonly url: string
  readonly #body: Buffer

  constructor(answer: { status: number; headers: Headers; url: string; body: Buffer }) {
    this.status = answer.status
    this.headers = answer.headers
    this.url = answer.url
    this.#body = answer.body
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  async text(): Promise<string> {
    return this.#body.toString('utf8')
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#body.toString('utf8'))
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#body).buffer
  }
}

const redirects = new Set([301, 302, 303, 307, 308])
const decoders: Record<string, (body: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
}

/**
 * Asks what is answered with a few users at the most: the exchange is over when it resolves. A third of fetch's work for each.
 * @throws whatever undici fails with, and TypeError for a redirect, as fetch does: neither is followed
 */
export function createAskWhole(dispatcher: Dispatcher): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, { method = 'GET', headers, body, signal }) => {
    const answer = await request(url, {
      method: method as Dispatcher.HttpMethod,
      headers: { 'accept-encoding': 'gzip, br', ...Object.fromEntries(new Headers(headers)) },
      ...(typeof body === 'string' && { body }),
      ...(signal && { signal }),
      dispatcher,
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    if (redirects.has(answer.statusCode))
      throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
    const decode = decoders[String(answer.headers['content-encoding'])]
    const whole = new WholeAnswer({
      status: answer.statusCode,
      headers: headersOf(answer.headers),
      url,
      body: decode && bytes.length > 0 ? await decode(bytes) : bytes,
    })
    return whole as unknown as Response // its body as a stream is of no use to anybody who asks this way
  }
}

function headersOf(told: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(told)) {
    if (typeof value === 'string') headers.set(name, value)
    else for (const one of value ?? []) headers.append(name, one)
  }
  return headers
}

/** Whether a request has nothing in it that only fetch can send, such as a form. */
export function isPlain(input: string | URL | Request, init: RequestInit | undefined): boolean {
  return (
    !(input instanceof Request) && (init?.body === undefined || init.body === null || typeof init.body === 'string')
  )
}
