import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localCertificates } from './certificates.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-certificates-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('programs that start at the same moment end with one authority, and each has a certificate from it', async () => {
  const starts = await Promise.all(Array.from({ length: 8 }, () => localCertificates(folder)))
  const onDisk = await readFile(join(folder, 'ca.pem'), 'utf8')
  const authority = new X509Certificate(onDisk)
  expect(authority.checkPrivateKey(createPrivateKey(await readFile(join(folder, 'ca-key.pem'))))).toBe(true)
  for (const { ca, cert, key } of starts) {
    expect(ca).toBe(onDisk)
    const leaf = new X509Certificate(cert)
    expect(leaf.verify(authority.publicKey)).toBe(true)
    expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true)
  }
  expect((await readdir(folder)).sort()).toEqual(['ca-key.pem', 'ca.pem'])
})

test('the authority is kept from start to start, its key readable by its owner alone', async () => {
  const first = await localCertificates(folder)
  await rm(first.caFile) // what is for others to trust can be had again
  expect((await localCertificates(folder)).ca).toBe(first.ca)
  expect(await readFile(first.caFile, 'utf8')).toBe(first.ca)
  expect((await stat(join(folder, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
})

test('a certificate is for this machine by every name it has, and for no longer than browsers take', async () => {
  const leaf = new X509Certificate((await localCertificates(folder)).cert)
  expect(leaf.checkHost('localhost')).toBe('localhost')
  expect(leaf.subjectAltName).toContain('DNS:*.localhost')
  for (const address of ['127.0.0.1', '::1']) expect(leaf.checkIP(address)).toBe(address)
  expect(leaf.checkHost('example.com')).toBeUndefined()
  expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBeLessThan(398 * 86_400_000)
})

test('a key file without its certificate is replaced', async () => {
  await writeFile(join(folder, 'ca-key.pem'), 'half of something')
  const made = await localCertificates(folder)
  expect((await localCertificates(folder)).ca).toBe(made.ca)
})
