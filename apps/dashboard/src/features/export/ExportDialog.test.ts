import { DOMWrapper, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { mountPage, problem } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import ExportDialog from './ExportDialog.vue'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

/** A disk, as a browser that can write to it offers it. */
function aDisk() {
  const decoder = new TextDecoder()
  const disk = { text: '', isKept: false, isDropped: false, suggestedName: '' }
  const createWritable = async () => ({
    write: async (part: Uint8Array) => void (disk.text += decoder.decode(part)),
    close: async () => void (disk.isKept = true),
    abort: async () => void (disk.isDropped = true),
  })
  vi.stubGlobal('showSaveFilePicker', async ({ suggestedName }: { suggestedName: string }) => {
    disk.suggestedName = suggestedName
    return { createWritable }
  })
  return disk
}

/** An answer that the test writes to. */
function anAnswer(total?: number) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const answers: Answers = (_request, signal) => {
    const body = new ReadableStream<Uint8Array>({
      start: (made) => {
        controller = made
        signal?.addEventListener('abort', () => made.error(signal.reason))
      },
    })
    return new Response(body, { headers: total === undefined ? {} : { 'x-total-count': String(total) } })
  }
  return {
    answers,
    write: async (text: string) => {
      controller?.enqueue(new TextEncoder().encode(text))
      await flushPromises()
    },
    end: async () => {
      controller?.close()
      await flushPromises()
    },
    cut: async () => {
      controller?.error(new TypeError('network error'))
      await flushPromises()
    },
  }
}

async function open(answers: Answers, filter = 'connection:github') {
  const page = await mountPage(ExportDialog, {
    answers,
    props: { filter, sort: '-created_at', columns: ['name', 'last_login'], count: { users: 2, isExact: true } },
  })
  await flushPromises()
  const dialog = () => new DOMWrapper(document.querySelector('[role=dialog]') as Element)
  const begin = async () => {
    await dialog().get('form').trigger('submit')
    await flushPromises()
  }
  return { ...page, dialog, begin }
}

test('what is shown is streamed to the disk, with how far it is', async () => {
  const disk = aDisk()
  const server = anAnswer(2)
  const { dialog, begin, requests } = await open(server.answers)
  expect(dialog().text()).toContain('Those shown (2 users)')
  await begin()
  expect(requests).toEqual([
    'GET /api/users/export?filter=connection%3Agithub&sort=-created_at&format=csv&columns=user_id%2Cname%2Cemail%2Clast_login',
  ])
  await server.write('name,email\r\nAda,ada@example.com\r\n')
  expect(dialog().text()).toContain('1 of 2 users')
  expect(dialog().get('[role=progressbar]').attributes('aria-valuenow')).toBe('50')
  await server.write('Grace,grace@example.com\r\n')
  await server.end()
  expect(dialog().get('[role=status]').text()).toContain('Exported 2 users')
  expect(disk).toMatchObject({
    text: 'name,email\r\nAda,ada@example.com\r\nGrace,grace@example.com\r\n',
    isKept: true,
    isDropped: false,
  })
  expect(disk.suggestedName).toMatch(/^users-\d{4}-\d\d-\d\d\.csv$/)
})

test('everyone, with all columns and in another format, can be chosen', async () => {
  aDisk()
  const { dialog, begin, requests } = await open(anAnswer().answers)
  for (const value of ['everyone', 'ndjson', 'all']) await dialog().get(`input[value=${value}]`).setValue(true)
  await begin()
  expect(requests).toEqual(['GET /api/users/export?sort=-created_at&format=ndjson'])
})

test('without a filter nobody is asked whom to export', async () => {
  const { dialog } = await open(anAnswer().answers, '')
  expect(dialog().text()).not.toContain('Those shown (2 users)')
})

test('cancelling ends the request and leaves nothing on the disk', async () => {
  const disk = aDisk()
  const server = anAnswer(2)
  const { dialog, begin } = await open(server.answers)
  await begin()
  await server.write('name,email\r\n')
  await dialog().get('button').trigger('click')
  await flushPromises()
  expect(disk).toMatchObject({ isKept: false, isDropped: true })
  expect(dialog().get('[role=status]').text()).toContain('cancelled')
})

test('a refusal is told, and leaves nothing on the disk', async () => {
  const disk = aDisk()
  const { dialog, begin } = await open(() => problem(429, 'Too many exports at once.'))
  await begin()
  expect(dialog().get('[role=alert]').text()).toContain('Too many exports at once.')
  expect(disk).toMatchObject({ isKept: false, isDropped: true })
})

test('an answer that breaks off is no export', async () => {
  const disk = aDisk()
  const server = anAnswer(2)
  const { dialog, begin } = await open(server.answers)
  await begin()
  await server.write('name,email\r\nAda,')
  await server.cut()
  expect(dialog().get('[role=alert]').text()).toContain('The export did not end.')
  expect(disk).toMatchObject({ isKept: false, isDropped: true })
})

test('a browser that cannot write to the disk downloads it', async () => {
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  const kept: Blob[] = []
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => `blob:${kept.push(blob as Blob)}`)
  const server = anAnswer()
  const { begin } = await open(server.answers)
  await begin()
  await server.write('name\r\nAda\r\n')
  await server.end()
  expect(await kept[0]?.text()).toBe('name\r\nAda\r\n')
  expect(click).toHaveBeenCalledOnce()
})

test('who would rather not say where to save it gets the dialog back', async () => {
  vi.stubGlobal('showSaveFilePicker', () => Promise.reject(new DOMException('The user aborted.', 'AbortError')))
  const { dialog, begin, requests } = await open(anAnswer().answers)
  await begin()
  expect(requests).toEqual([])
  expect(dialog().find('button[type=submit]').exists()).toBe(true)
})
