import { hash } from 'node:crypto'
import { sql } from '@rollcall/database'
import type { Store } from '../store/open-store.ts'

/** Something in the audit log that is not as it was recorded. */
export interface AuditFault {
  /** `changed`: it does not follow from the entry before it. `missing`: there is none. `head`: what is kept of the newest entry says otherwise. */
  kind: 'changed' | 'missing' | 'head'
  from: number
  to: number
  message: string
}

export interface AuditVerdict {
  entries: number
  head: { seq: number; hash: string }
  faults: AuditFault[]
  /** Where the expected hash stands; undefined: nowhere, or none was given. */
  expectedAt: number | undefined
  entriesPerSecond: number
}

const beginning = '0'.repeat(64)
const hexLength = 64
const lineFeed = 10
const space = 32
const zero = 48
/** What stands between two columns, and around a value with a line break in it. */
const separator = 2
const quote = 1

/**
 * Reads the whole log in the order of its numbers, and reckons each hash anew from the entry and the hash before it.
 * @param expected a hash of an entry that was noted elsewhere: whoever rewrites a whole log, or cuts it off together with its head, is found by it
 */
export async function verifyAudit(store: Store, expected?: string): Promise<AuditVerdict> {
  const startedAt = performance.now()
  const head = await readHead(store)
  const chain = createChain(expected)
  // The head first: what is added meanwhile is for the next time. `extract` would reckon with decimals, which is slower and no more exact here.
  const lines = await store.copyColumns(sql`
    SELECT hash, seq, (date_part('epoch', at) * 1000)::bigint, entry FROM audit_log WHERE seq <= ${head.seq} ORDER BY seq`)
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of lines as AsyncIterable<Buffer>) {
    const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let start = 0
    for (let end = text.indexOf(lineFeed); end >= 0; end = text.indexOf(lineFeed, start)) {
      chain.follow(text, start, end)
      start = end + 1
    }
    rest = text.subarray(start)
  }
  const { entries, last, faults, expectedAt } = chain.end()
  const seconds = (performance.now() - startedAt) / 1000
  const entriesPerSecond = Math.round(entries / seconds)
  return {
    entries,
    head,
    faults: [...faults, ...(await faultsOfHead(store, last, head))],
    expectedAt,
    entriesPerSecond,
  }
}

interface Link {
  seq: number
  hash: string
}

function createChain(expected: string | undefined) {
  const faults: AuditFault[] = []
  let last: Link = { seq: 0, hash: beginning }
  let entries = 0
  let expectedAt: number | undefined
  let isInsideBrokenEntry = false

  return {
    /**
     * One entry. Here and nowhere else is time spent: ten million entries are ten million times this.
     * @param text where, from `start` up to, not including, `end`, its hash, number, moment and entry stand: with the hash before it in place of its
     * own, and spaces between, the very text that was hashed. So it is written there.
     */
    follow(text: Buffer, start: number, end: number): void {
      if (isInsideBrokenEntry) {
        isInsideBrokenEntry = text[end - 1] !== quote
        return
      }
      entries += 1
      const begin = start + 2 // after the \x by which PostgreSQL begins bytes
      const endOfHash = text.indexOf(separator, begin)
      const stored = text.toString('latin1', begin, endOfHash)
      let seq = 0
      let endOfSeq = endOfHash + 1
      for (let digit = text[endOfSeq] ?? 0; digit !== separator && endOfSeq < end; digit = text[endOfSeq] ?? 0) {
        seq = seq * 10 + digit - zero
        endOfSeq += 1
      }
      const endOfMoment = text.indexOf(separator, endOfSeq + 1)
      // No entry is recorded with a line break in it.
      const isBroken = text[endOfMoment + 1] === quote
      isInsideBrokenEntry = isBroken && !(text[end - 1] === quote && end > endOfMoment + 2)
      const next = last.seq + 1
      if (seq > next) {
        faults.push({ kind: 'missing', from: next, to: seq - 1, message: `${namely(next, seq - 1)} missing.` })
      } else if (isBroken || !follows()) {
        const message = `Entry ${seq} does not follow from entry ${last.seq}: it was changed or moved, or the one before it was.`
        faults.push({ kind: 'changed', from: seq, to: seq, message })
      }
      if (stored === expected) expectedAt = seq
      last = { seq, hash: stored }

      function follows(): boolean {
        if (stored.length !== hexLength || last.hash.length !== hexLength) return false
        text.write(last.hash, begin, 'latin1')
        for (const place of [endOfHash, endOfSeq, endOfMoment]) text[place] = space
        return stored === hash('sha256', text.subarray(begin, end))
      }
    },
    end: () => ({ entries, last, faults, expectedAt }),
  }
}

const namely = (from: number, to: number) => (from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`)

async function readHead({ db }: Store): Promise<Link> {
  const { rows } = await sql<Link>`SELECT seq, encode(hash, 'hex') AS hash FROM audit_head`.execute(db)
  return rows[0] ?? { seq: 0, hash: '' }
}

async function faultsOfHead({ db }: Store, last: Link, head: Link): Promise<AuditFault[]> {
  const { rows } = await sql<{ newest: number; head: number }>`
    SELECT coalesce((SELECT max(seq) FROM audit_log), 0) AS newest, coalesce((SELECT seq FROM audit_head), 0) AS head`.execute(db)
  const { newest = 0, head: headNow = 0 } = rows[0] ?? {}
  const fault = (from: number, to: number, message: string): AuditFault[] => [{ kind: 'head', from, to, message }]
  if (last.seq < head.seq)
    return [{ kind: 'missing', from: last.seq + 1, to: head.seq, message: `${namely(last.seq + 1, head.seq)} missing, at the end.` }]
  if (last.hash !== head.hash && (head.seq > 0 || head.hash !== beginning))
    return fault(head.seq, head.seq, `Entry ${head.seq} is not the one that the log's head was kept of.`)
  if (newest > headNow) return fault(headNow + 1, newest, `${namely(headNow + 1, newest)} there beyond the head that was kept.`)
  return []
} // prettier-ignore
