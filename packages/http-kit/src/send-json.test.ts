import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { jsonAtOnce } from './send-json.ts'

let server: Server | undefined
afterEach(() => server?.close())

test('an answer comes as JSON with its length, to HEAD without a body, and never as one that its reader has already', async () => {
  const app = express().use(jsonAtOnce)
  app.get('/', (_req, res) => void res.status(201).json({ name: 'Zoë' }))
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const described = async (response: Response) => [
    response.status,
    response.headers.get('content-type'),
    response.headers.get('content-length'),
    response.headers.get('etag'),
    await response.text(),
  ]
  const head = [201, 'application/json; charset=utf-8', '15', null]
  expect(await described(await fetch(url))).toEqual([...head, '{"name":"Zoë"}'])
  expect(await described(await fetch(url, { headers: { 'if-none-match': '*' } }))).toEqual([...head, '{"name":"Zoë"}'])
  expect(await described(await fetch(url, { method: 'HEAD' }))).toEqual([...head, ''])
})
