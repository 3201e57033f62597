import 'reflect-metadata'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { randomUUID, webcrypto } from 'node:crypto'
import { dirname } from 'node:path'
import * as x509 from '@peculiar/x509'

export interface Certificates {
  /** Path of the CA's certificate, for `NODE_EXTRA_CA_CERTS` and the like. */
  caFile: string
  ca: string
  /** The server's certificate and key, PEM. */
  cert: string
  key: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000
/** Browsers and platforms refuse server certificates that live longer than 398 days. */
const leafDays = 397

interface Kept {
  ca: string
  caKey: string
}

/**
 * A certificate authority of this machine's own, and a certificate for localhost from it. The CA is made once; the server's
 * certificate is made at each start and its key never touches the disk.
 * @param folder `ca.pem` and, readable by its owner alone, `ca-key.pem`
 */
export async function localCertificates(folder: string): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto as Crypto) // the same interface, declared twice
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const caFile = `${folder}/ca.pem`
  const keyFile = `${folder}/ca-key.pem`
  const kept = (await readKept(caFile, keyFile)) ?? (await makeAuthority(caFile, keyFile))
  const authority = new x509.X509Certificate(kept.ca)
  const authorityKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(kept.caKey),
    algorithm,
    false,
    ['sign'],
  )
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const leaf = await x509.X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: authority.subject,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + leafDays * day),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey as CryptoKey,
    signingKey: authorityKey as CryptoKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'dns', value: '*.localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    caFile,
    ca: kept.ca,
    cert: `${leaf.toString('pem')}\n${kept.ca}`,
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
  }
}

async function readKept(caFile: string, keyFile: string): Promise<Kept | undefined> {
  if (!existsSync(caFile) || !existsSync(keyFile)) return undefined
  const ca = await readFile(caFile, 'utf8')
  const isFresh = new x509.X509Certificate(ca).notAfter.getTime() - Date.now() > leafDays * day
  return isFresh ? { ca, caKey: await readFile(keyFile, 'utf8') } : undefined
}

async function makeAuthority(caFile: string, keyFile: string): Promise<Kept> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Rollcall local CA ${randomUUID().slice(0, 8)}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    signingAlgorithm: algorithm,
    keys: keys as CryptoKeyPair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
    ],
  })
  const caKey = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  const ca = `${certificate.toString('pem')}\n`
  // The key first: a certificate in its place means that its key is in its place.
  await place(keyFile, caKey, 0o600)
  await place(caFile, ca, 0o644)
  return { ca, caKey }
}

async function place(path: string, text: string, mode: number): Promise<void> {
  const draft = `${dirname(path)}/.${randomUUID()}`
  await writeFile(draft, text, { mode })
  await rename(draft, path)
}
