import { AuditPage, TagList, UserNote, UserNotes, UserTags } from '@rollcall/contracts/admin-api'
import { openDatabase, sql, type Database } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweepRemarks } from '../../directory/sweep-remarks.ts'
import type { RollcallSchema } from '../../store/schema.ts'
import { emptyDatabase, startServer, type TestServer } from '../../testing/start-server.ts'

let server: TestServer
let database: Database<RollcallSchema>
beforeAll(async () => {
  const databaseUrl = await emptyDatabase()
  server = await startServer({ databaseUrl })
  database = openDatabase({ url: databaseUrl, schema: 'rollcall', poolSize: 1 })
  await come('auth0|ada', 'auth0|bob', 'auth0|eve')
})
afterAll(async () => {
  await database.close()
  await server.close()
})

const come = (...ids: string[]) =>
  sql`INSERT INTO users (user_id, created_at, updated_at, reading) SELECT id, now(), now(), 1 FROM unnest(${ids}::text[]) AS id`.execute(
    database.db,
  )

const staff = { sub: 'auth0|staff', permissions: ['read:users', 'update:users'] }
const other = { sub: 'auth0|other', permissions: ['read:users', 'update:users'] }
const lead = { sub: 'auth0|lead', permissions: ['manage:users'] }
const reader = { sub: 'auth0|reader', permissions: ['read:users'] }
const writer = { sub: 'auth0|writer', permissions: ['update:users'] }

const ask = (who: typeof staff, method: string, path: string, body?: unknown) =>
  fetch(`${server.url}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${server.issuer.token(who)}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const answerOf = async (asked: Promise<Response>) => {
  const response = await asked
  return [response.status, await response.json()]
}
const add = async (who: typeof staff, text: string, user = 'auth0%7Cada') => {
  const response = await ask(who, 'POST', `users/${user}/notes`, { text })
  expect(response.status).toBe(201)
  return UserNote.parse(await response.json())
}
const notesOf = async (user: string) =>
  UserNotes.parse(await (await ask(reader, 'GET', `users/${user}/notes`)).json()).notes
const tagsOf = async (user: string) =>
  UserTags.parse(await (await ask(reader, 'GET', `users/${user}/tags`)).json()).tags
const putTags = (user: string, change: object, who = staff) => ask(who, 'PUT', `users/${user}/tags`, change)

test('notes are kept as they were typed, the newest first, with whose they are and when they were edited', async () => {
  const first = await add(staff, '  Called on Monday.\nWants <script>alert(1)</script> a refund.  ')
  const second = await add(other, 'Paid.')
  const edited = await ask(staff, 'PUT', `users/auth0%7Cada/notes/${first.noteId}`, { text: 'Wants <b>nothing</b>.' })
  expect(UserNote.parse(await edited.json()).editedAt).not.toBeNull()
  expect(first).toMatchObject({ text: 'Called on Monday.\nWants <script>alert(1)</script> a refund.', editedAt: null })
  expect(await notesOf('auth0%7Cada')).toMatchObject([
    { noteId: second.noteId, authorId: 'auth0|other', text: 'Paid.' },
    { noteId: first.noteId, authorId: 'auth0|staff', text: 'Wants <b>nothing</b>.' },
  ])
})

test('a note is edited by its author alone, and deleted by whoever manages users besides', async () => {
  const note = await add(staff, 'Mine')
  const address = `users/auth0%7Cada/notes/${note.noteId}`
  const refused = [403, expect.objectContaining({ code: 'note-of-another' })]
  expect(await answerOf(ask(other, 'PUT', address, { text: 'Taken' }))).toEqual(refused)
  expect(await answerOf(ask(other, 'DELETE', address))).toEqual(refused)
  expect(await answerOf(ask(lead, 'PUT', address, { text: 'Taken' }))).toEqual(refused)
  // Nor by the way of another user.
  expect((await ask(staff, 'DELETE', `users/auth0%7Cbob/notes/${note.noteId}`)).status).toBe(404)
  expect((await notesOf('auth0%7Cada'))[0]).toMatchObject({ text: 'Mine' })
  expect((await ask(lead, 'DELETE', address)).status).toBe(204)
  expect(await answerOf(ask(staff, 'PUT', address, { text: 'x' }))).toMatchObject([404, { code: 'note-not-found' }])
})

test('who may not read users reads nothing here, and who may not update them writes nothing', async () => {
  const { noteId } = await add(staff, 'Secret')
  const addresses = ['users/auth0%7Cada/notes', 'users/auth0%7Cada/tags', 'tags']
  const reads = await Promise.all(addresses.map((address) => ask(writer, 'GET', address)))
  expect(reads.map(({ status }) => status)).toEqual([403, 403, 403])
  const writes = (who: typeof staff) =>
    Promise.all([
      ask(who, 'POST', 'users/auth0%7Cada/notes', { text: 'x' }),
      ask(who, 'PUT', `users/auth0%7Cada/notes/${noteId}`, { text: 'x' }),
      ask(who, 'DELETE', `users/auth0%7Cada/notes/${noteId}`),
      putTags('auth0%7Cada', { tags: ['x'] }, who),
    ])
  for (const who of [reader, writer])
    expect((await writes(who)).map(({ status }) => status)).toEqual([403, 403, 403, 403])
  expect(await tagsOf('auth0%7Cada')).toEqual([])
})

test('who may only export does not learn by a filter what a note says', async () => {
  const exporter = { sub: 'auth0|exporter', permissions: ['export:users'] }
  const by = (filter: string, who = exporter) => ask(who, 'GET', `users/export?filter=${encodeURIComponent(filter)}`)
  expect((await by('ada OR NOT note:refund')).status).toBe(403)
  // Further than that nobody gets here, where no copy is kept.
  const both = { ...exporter, permissions: ['export:users', 'read:users'] }
  expect([(await by('tag:vip')).status, (await by('note:refund', both)).status]).toEqual([409, 409])
})

test('a tag is one tag however it is written, and is counted', async () => {
  expect((await putTags('auth0%7Cada', { tags: ['VIP', ' needs call '] })).status).toBe(200)
  expect((await putTags('auth0%7Cbob', { tags: ['vip'] })).status).toBe(200)
  expect([await tagsOf('auth0%7Cada'), await tagsOf('auth0%7Cbob')]).toEqual([['needs call', 'VIP'], ['VIP']])
  const { tags } = TagList.parse(await (await ask(reader, 'GET', 'tags')).json())
  expect(tags).toEqual([{ tag: 'VIP', users: 2 }, { tag: 'needs call', users: 1 }]) // prettier-ignore
})

test('tags that somebody else has changed meanwhile are not overwritten', async () => {
  await putTags('auth0%7Ceve', { tags: ['one'] })
  const late = putTags('auth0%7Ceve', { tags: ['two'], basedOn: [] })
  expect(await answerOf(late)).toMatchObject([409, { code: 'tags-changed' }])
  expect((await putTags('auth0%7Ceve', { tags: ['one', 'two'], basedOn: ['one'] })).status).toBe(200)
  expect(await tagsOf('auth0%7Ceve')).toEqual(['one', 'two'])
})

test.each([
  ['a tag that is too long', { tags: ['x'.repeat(41)] }],
  ['a tag with a comma', { tags: ['a,b'] }],
  ['a tag with a line break', { tags: ['a\nb'] }],
  ['a tag that nobody sees', { tags: ['\u200b'] }],
  ['the same tag twice', { tags: ['vip', 'VIP'] }],
  ['more than twenty', { tags: Array.from({ length: 21 }, (_, index) => `tag ${index}`) }],
])('%s is refused', async (_what, change) => {
  expect(await answerOf(putTags('auth0%7Cbob', change))).toMatchObject([400, { code: 'invalid-input' }])
})

test('nothing huge, hidden or empty is noted, nor anything of nobody', async () => {
  const note = (text: unknown, user = 'auth0%7Cbob') => ask(staff, 'POST', `users/${user}/notes`, { text })
  const texts = ['x'.repeat(5001), 'a\u0000b', ' \n ', 5]
  expect(await Promise.all(texts.map(async (text) => (await note(text)).status))).toEqual([400, 400, 400, 400])
  expect((await note('x'.repeat(200_000))).status).toBe(413)
  expect((await note('x', 'auth0%7Cnobody')).status).toBe(404)
  expect((await putTags('auth0%7Cnobody', { tags: ['x'] })).status).toBe(404)
  expect(await notesOf('auth0%7Cbob')).toEqual([])
})

test('nobody fills the database with notes, not even all at once', async () => {
  await sql`INSERT INTO user_notes (user_id, author_id, text, txt) SELECT 'auth0|bob', 'auth0|staff', 'x', 'x' FROM generate_series(1, 198)`.execute(
    database.db,
  )
  const many = Array.from({ length: 5 }, () => ask(staff, 'POST', 'users/auth0%7Cbob/notes', { text: 'y' }))
  const statuses = (await Promise.all(many)).map(({ status }) => status)
  expect(statuses.sort()).toEqual([201, 201, 409, 409, 409])
})

test('the audit log has who did it to whom, the tags, and no word of a note', async () => {
  const { noteId } = await add(staff, 'Ada has an illness', 'auth0%7Ceve')
  await ask(staff, 'PUT', `users/auth0%7Ceve/notes/${noteId}`, { text: 'Ada has another illness' })
  await ask(lead, 'DELETE', `users/auth0%7Ceve/notes/${noteId}`)
  await putTags('auth0%7Ceve', { tags: ['ONE', 'two'] }) // nothing otherwise: nothing to tell
  const response = await ask({ ...lead, permissions: ['read:audit'] }, 'GET', 'audit?subject=auth0%7Ceve')
  const { entries } = AuditPage.parse(await response.json())
  const field = `notes.${noteId}`
  const done = { phase: 'done', subjectId: 'auth0|eve', actorKind: 'person' }
  expect(entries).toMatchObject([
    { ...done, actorId: 'auth0|lead', action: 'user.delete-note', changes: [{ field, before: 'written', after: null }] },
    { ...done, actorId: 'auth0|staff', action: 'user.edit-note', changes: [{ field, after: 'edited' }] },
    { ...done, actorId: 'auth0|staff', action: 'user.add-note', changes: [{ field, before: null, after: 'written' }] },
    { action: 'user.change-tags', changes: [{ field: 'tags', before: ['one'], after: ['one', 'two'] }] },
    { action: 'user.change-tags', changes: [{ field: 'tags', before: [], after: ['one'] }] },
  ]) // prettier-ignore
  expect(JSON.stringify(entries)).not.toContain('illness')
})

test('what is said of somebody outlives their leaving by thirty days, and is theirs when they are back', async () => {
  const { db } = database
  const later = (days: number) =>
    sql`UPDATE missing_users SET since = since - make_interval(days => ${days})`.execute(db)
  const isGone = (id: string) => sql`DELETE FROM users WHERE user_id = ${id}`.execute(db)
  await come('auth0|kim', 'auth0|lou')
  for (const user of ['auth0%7Ckim', 'auth0%7Clou']) {
    await putTags(user, { tags: ['leaver'] })
    await add(staff, 'Was here', user)
  }
  await isGone('auth0|kim')
  await isGone('auth0|lou')
  await sweepRemarks(db)
  await later(40)
  await sweepRemarks(db)
  expect(await tagsOf('auth0%7Ckim'), 'while the directory is not filled, nobody is missing').toEqual(['leaver'])

  await sql`UPDATE directory_state SET filled_at = now()`.execute(db)
  await sweepRemarks(db)
  await later(29)
  await come('auth0|lou')
  await sweepRemarks(db)
  await isGone('auth0|lou')
  await sweepRemarks(db)
  expect(await tagsOf('auth0%7Ckim')).toEqual(['leaver'])
  await later(2)
  await sweepRemarks(db)
  expect([await tagsOf('auth0%7Ckim'), await notesOf('auth0%7Ckim')]).toEqual([[], []])
  expect(await tagsOf('auth0%7Clou'), 'their days began anew').toEqual(['leaver'])
  expect(await notesOf('auth0%7Clou')).toHaveLength(1)
})
