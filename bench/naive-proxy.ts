import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ManagementClient } from 'auth0'
import express from 'express'

/** What a tutorial builds: Express, and a management client made for each request. Its own process; tells its port. */
const { TENANT_URL = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '' } = process.env
const { host: domain } = new URL(TENANT_URL)
// The client insists on https. Rollcall speaks plain HTTP to a tenant on this machine, so this one may too.
const overHttp: typeof fetch = (url, init) => fetch(String(url).replace('https://', 'http://'), init)

const app = express()
app.get('/users', async (_req, res) => {
  const management = new ManagementClient({ domain, clientId, clientSecret, fetch: overHttp })
  const users = await management.users.list({ page: 0, per_page: 50, include_totals: true })
  res.json(users.data)
})
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
process.once('disconnect', () => process.exit(0))
process.send?.((server.address() as AddressInfo).port)
