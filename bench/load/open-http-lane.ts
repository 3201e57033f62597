import { once } from 'node:events'
import { connect } from 'node:net'
import type { Load } from './load.ts'

const endOfHead = Buffer.from('\r\n\r\n')
const endOfChunks = Buffer.from('0\r\n\r\n')

/**
 * One kept-alive connection that sends the same bytes over and over and looks at no more of an answer than its status and where it ends: a whole HTTP
 * client takes as much of a core as the server does, and it is the server that is measured.
 */
export async function openHttpLane({ url, method, headers, body = '' }: Extract<Load, { kind: 'http' }>) {
  const { hostname, port, host, pathname, search } = new URL(url)
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)

  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  let answered: (error?: Error) => void = () => undefined
  let answer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk])
    const status = statusOf(answer)
    if (status === undefined) return
    answer = Buffer.alloc(0)
    // A refusal is quick, and would make a fine figure.
    answered(status === 200 ? undefined : new Error(`${method} ${url} answered ${status}`))
  })
  socket.on('error', (error) => answered(error))
  socket.on('close', () => answered(new Error(`${method} ${url}: the connection was closed`)))
  return {
    once: () =>
      new Promise<void>((resolve, reject) => {
        answered = (error) => (error ? reject(error) : resolve())
        socket.write(request)
      }),
    close: async () => void socket.destroy(),
  }
}

/** @returns undefined until the answer is whole */
function statusOf(answer: Buffer): number | undefined {
  const headEnds = answer.indexOf(endOfHead)
  if (headEnds === -1) return undefined
  const head = answer.toString('latin1', 0, headEnds)
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  const isWhole =
    length === undefined
      ? answer.subarray(-endOfChunks.length).equals(endOfChunks)
      : answer.length >= headEnds + endOfHead.length + Number(length)
  return isWhole ? Number(head.slice(9, 12)) : undefined
}
