import { once } from 'node:events'
import { connect } from 'node:net'
import type { HttpRequest, Load } from './load.ts'

const endOfHead = Buffer.from('\r\n\r\n')
const endOfChunks = Buffer.from('0\r\n\r\n')

/**
 * One kept-alive connection that sends ready bytes over and over and looks at no more of an answer than its status and where it ends: a whole HTTP
 * client takes as much of a core as the server does, and it is the server that is measured.
 * @param load all its requests are of one server
 * @param place of this lane among those of the load
 */
export async function openHttpLane({ requests, connections }: Extract<Load, { kind: 'http' }>, place: number) {
  const messages = requests.map(toMessage)
  let next = Math.floor((place * requests.length) / connections)
  const { hostname, port } = new URL(requests[0]?.url ?? '')

  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  let asked = requests[0]
  let answered: (error?: Error) => void = () => undefined
  let broken: Error | undefined
  let answer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk])
    const status = statusOf(answer)
    if (status === undefined) return
    answer = Buffer.alloc(0)
    // A refusal is quick, and would make a fine figure.
    answered(status === 200 || status === 204 ? undefined : new Error(`${describe(asked)} answered ${status}`))
  })
  // It may break while nothing is asked: then the next question fails.
  const breakOff = (error: Error) => {
    broken ??= error
    answered(broken)
  }
  socket.on('error', breakOff)
  socket.on('close', () => breakOff(new Error(`${describe(asked)}: the connection was closed`)))
  return {
    once: () =>
      new Promise<void>((resolve, reject) => {
        answered = (error) => (error ? reject(error) : resolve())
        asked = requests[next % requests.length]
        if (broken) return reject(broken)
        socket.write(messages[next % messages.length] ?? '')
        next += 1
      }),
    close: async () => void socket.destroy(),
  }
}

const describe = (request: HttpRequest | undefined) => `${request?.method} ${request?.url}`

function toMessage({ url, method, headers, body = '' }: HttpRequest): Buffer {
  const { host, pathname, search } = new URL(url)
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`]
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}`)
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** @returns undefined until the answer is whole */
function statusOf(answer: Buffer): number | undefined {
  const headEnds = answer.indexOf(endOfHead)
  if (headEnds === -1) return undefined
  const head = answer.toString('latin1', 0, headEnds)
  if (head.startsWith('HTTP/1.1 204')) return 204 // it has no body, and says nothing of its length
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  const isWhole =
    length === undefined
      ? answer.subarray(-endOfChunks.length).equals(endOfChunks)
      : answer.length >= headEnds + endOfHead.length + Number(length)
  return isWhole ? Number(head.slice(9, 12)) : undefined
}
