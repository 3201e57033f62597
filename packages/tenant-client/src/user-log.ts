import { ManagementUserLogEntries, type ManagementUserLogEntry } from '@rollcall/contracts/management-api'
import { InvalidInput } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

export interface WantedUserLog {
  userId: string
  /** Auth0's codes; undefined: all of them. */
  types: { are: readonly string[] } | { areNot: readonly string[] } | undefined
  /** Nothing that came later: pages stay where they are while new entries come in. */
  until: Date
  /** Counted from 0. */
  page: number
  /** 1 to 100. */
  perPage: number
}

/** What the log tells of a user, newest first. @throws InvalidInput `beyond-reach` past what the tenant's paging can reach */
export type ReadUserLog = (wanted: WantedUserLog) => Promise<ManagementUserLogEntry[]>

const fields = 'log_id,date,type,description,connection,user_id,strategy,ip,client_id,client_name,user_agent,organization_id,organization_name,location_info' // prettier-ignore

export function createReadUserLog(call: CallTenant): ReadUserLog {
  const list = async ({ types, until, page, perPage }: WantedUserLog, about: string) => {
    const q = [about, ...(types === undefined ? [] : [typesQuery(types)]), `date:[* TO "${until.toISOString()}"]`].join(' AND ') // prettier-ignore
    const queryParams = { q, page, per_page: perPage, sort: 'date:-1', fields, include_fields: true }
    const answer = await call({
      isRepeatable: true,
      run: (sdk, options) => sdk.logs.list({ include_totals: false }, { ...options, queryParams }),
    })
    return understand(ManagementUserLogEntries, answer.response, 'GET /api/v2/logs')
  }
  return async (wanted) => {
    const named = `user_id:${quote(wanted.userId)}`
    const path = `/api/v2/users/${encodeURIComponent(wanted.userId)}`
    // What the Management API did to somebody names them in its path only.
    const changed = `details.request.path:(${quote(path)} OR ${escape(`${path}/`)}*)`
    try {
      return await list(wanted, `(${named} OR ${changed})`)
    } catch (error) {
      // Not in Auth0's list of what can be searched; where it is refused, what names them outright is what there is.
      if (!(error instanceof InvalidInput && error.code === 'tenant-refused')) throw error
      return list(wanted, named)
    }
  }
}

const typesQuery = (types: NonNullable<WantedUserLog['types']>) =>
  'are' in types ? `type:(${types.are.join(' OR ')})` : `NOT type:(${types.areNot.join(' OR ')})`

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
/** Outside of quotes, everything that Lucene could read as something else. */
const escape = (text: string) => text.replace(/[^\p{L}\p{N}_%]/gu, '\\$&')
