import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

export interface FloorData {
  /** Bytes that are ready. */
  list: string
  databaseUrl: string
  statement: { text: string; values: unknown[] }
}

/** The least that an answer costs here: node:http, with bytes that are ready, or at `/row` with one bare query. Its own process; tells its port. */
const [{ list, databaseUrl, statement }] = (await once(process, 'message')) as [FloorData]
const database = new pg.Client({ connectionString: databaseUrl })
database.on('error', () => process.exit(1)) // with Rollcall, whose database it is
await database.connect()
const answer = Buffer.from(list)
const server = createServer((req, res) => {
  const send = (body: Buffer) =>
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  if (req.url !== '/row') return send(answer)
  void database.query({ name: 'row', ...statement }).then(({ rows }) => send(Buffer.from(JSON.stringify(rows))))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
process.once('disconnect', () => process.exit(0))
process.send?.((server.address() as AddressInfo).port)
