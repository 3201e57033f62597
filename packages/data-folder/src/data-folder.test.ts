import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rollcall-data-'))
})
afterEach(() => rm(root, { recursive: true }))

/** A program that opens the folder, says so, and holds it until it is killed. */
function programHolding(path: string) {
  const code = `
    import { openDataFolder } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
    try { await openDataFolder(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000) }
    catch (error) { console.log(error.message) }`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test('a second program is told who holds the folder', async () => {
  const first = await openDataFolder(root)
  const second = programHolding(root)
  const [said] = await once(second.stdout, 'data')
  expect(String(said)).toContain(`in use by process ${process.pid}`)
  await first.release()
})

test('a killed program holds nothing', async () => {
  const program = programHolding(root)
  await once(program.stdout, 'data')
  const ended = once(program, 'exit')
  program.kill('SIGKILL')
  await ended
  const folder = await openDataFolder(root)
  await folder.release()
})

test('of ten programs at once on a folder left by a killed one, one holds it', async () => {
  await writeFile(join(root, 'program.lock'), JSON.stringify({ pid: 4_000_000, startTime: '1' }))
  const programs = Array.from({ length: 10 }, () => programHolding(root))
  const said = await Promise.all(programs.map(async (program) => String((await once(program.stdout, 'data'))[0])))
  const ends = programs.map((program) => (program.exitCode === null ? once(program, 'exit') : undefined))
  for (const program of programs) program.kill('SIGKILL')
  await Promise.all(ends)
  expect(said.filter((line) => line.startsWith('held'))).toHaveLength(1)
}, 30_000)

test('a secret is the same at every call and readable by its owner only', async () => {
  const folder = await openDataFolder(root)
  const [one, two] = await Promise.all([folder.secret('key', 32), folder.secret('key', 32)])
  expect(one).toHaveLength(32)
  expect(two).toEqual(one)
  expect((await stat(folder.file('key'))).mode & 0o777).toBe(0o600)
  await folder.release()
})

test('a file is written whole, with the mode asked for, and leaves no draft', async () => {
  const folder = await openDataFolder(root)
  await folder.writeJson('credentials.json', { a: 1 }, 0o600)
  await folder.writeJson('credentials.json', { a: 2 }, 0o600)
  expect(await folder.readJson('credentials.json')).toEqual({ a: 2 })
  expect((await stat(folder.file('credentials.json'))).mode & 0o777).toBe(0o600)
  await folder.release()
  expect(await readdir(root)).toEqual(['credentials.json'])
})

test('a folder that cannot be made is refused in a sentence', async () => {
  await writeFile(join(root, 'file'), '')
  await expect(openDataFolder(join(root, 'file', 'data'))).rejects.toThrow('set ROLLCALL_DATA to another folder')
})
