import 'reflect-metadata'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
/** Browsers and platforms refuse server certificates that live longer than 398 days; ours begin a day ago, for clocks that lag. */
const leafDays = 396

interface Kept {
  ca: string
  caKey: string
}

/**
 * A certificate authority of this machine's own, and a certificate for localhost from it. The CA is made once, also by two programs
 * that start at the same moment; the server's certificate is made at each start and its key never touches the disk.
 * @param folder `ca.pem`, for whoever is to trust it, and `ca-key.pem`, readable by its owner alone: its key and certificate in one file
 */
export async function localCertificates(folder: string): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto as Crypto) // the same interface, declared twice
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const caFile = `${folder}/ca.pem`
  const keyFile = `${folder}/ca-key.pem`
  const kept = (await readKept(keyFile)) ?? (await makeAuthority(keyFile))
  if (!existsSync(caFile) || (await readFile(caFile, 'utf8')) !== kept.ca) await replace(caFile, kept.ca, 0o644)
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

/** @returns undefined when there is none, or it would not outlive the certificates it signs */
async function readKept(keyFile: string): Promise<Kept | undefined> {
  if (!existsSync(keyFile)) return undefined
  const caKey = await readFile(keyFile, 'utf8')
  const ca = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----\n/.exec(caKey)?.[0]
  if (ca === undefined) return undefined
  return new x509.X509Certificate(ca).notAfter.getTime() - Date.now() > leafDays * day ? { ca, caKey } : undefined
}

async function makeAuthority(keyFile: string): Promise<Kept> {
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
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  const made = `${key}\n${certificate.toString('pem')}\n`
  // One file, so that a key can never stand beside another one's certificate. What is there and no good any more is replaced;
  // otherwise whoever comes first has made it, and the other takes that.
  if (existsSync(keyFile) && (await readKept(keyFile)) === undefined) await replace(keyFile, made, 0o600)
  else await placeFirst(keyFile, made, 0o600)
  const kept = await readKept(keyFile)
  if (!kept) throw new Error(`${keyFile} cannot be read back.`)
  return kept
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  await rename(await draftOf(path, text, mode), path)
}

/** Unlike a rename, a link refuses to take the place of a file that is there. */
async function placeFirst(path: string, text: string, mode: number): Promise<void> {
  const draft = await draftOf(path, text, mode)
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft)
  }
}

async function draftOf(path: string, text: string, mode: number): Promise<string> {
  const draft = `${dirname(path)}/.${randomUUID()}`
  await writeFile(draft, text, { mode })
  return draft
}
