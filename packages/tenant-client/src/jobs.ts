import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { ManagementImportErrors, ManagementJob } from '@rollcall/contracts/management-api'
import { NotFound, Unavailable, UpstreamFailed } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'
import { readTenantFault, toRollcallError } from './tenant-fault.ts'
import type { Fetch } from './tenant-fetch.ts'
import { understand } from './understand.ts'

export interface ImportFile {
  /** Users as JSON each, as they are to be sent; together at most `largestImportBytes`. */
  users: string
  connectionId: string
  /** True: who is there already is given what the file has. */
  isUpsert: boolean
  /** By which whoever looks at the tenant's jobs can tell whose this is. */
  externalId: string
}

/** Auth0's limit on the file of one import. */
export const largestImportBytes = 512_000

export interface TenantJobs {
  /** Starts an export of all users as a line of JSON each. @param fields without them Auth0 leaves some out */
  exportUsers(fields: readonly string[]): Promise<ManagementJob>
  /**
   * Starts an import. Nobody is sent mail by it.
   * @throws TooManyRequests while two imports are under way, whoever's they are
   */
  importUsers(file: ImportFile): Promise<ManagementJob>
  /** The rows that an import that is over did not take. */
  importErrors(jobId: string): Promise<ManagementImportErrors>
  /** @throws NotFound `job-not-found`: Auth0 forgets a job after a day */
  get(jobId: string): Promise<ManagementJob>
  /**
   * Fetches what an export made, as it comes: gzip, usually.
   * @param location of a job that was asked for within the last minute
   * @throws Unavailable `export-link-expired`
   */
  download(location: string, signal: AbortSignal): Promise<Readable>
}

const answersWithinMs = 30_000

export function createTenantJobs(call: CallTenant, { origin, fetch }: { origin: string; fetch: Fetch }): TenantJobs {
  return {
    async exportUsers(fields) {
      const request = { format: 'json' as const, fields: fields.map((name) => ({ name })) }
      // Not repeatable: each try would be a job of its own.
      const job = await call({
        isRepeatable: false,
        run: (sdk, options) => sdk.jobs.usersExports.create(request, options),
      })
      return understand(ManagementJob, job, 'POST /api/v2/jobs/users-exports')
    },

    async importUsers({ users, connectionId, isUpsert, externalId }) {
      const request = {
        users: { data: Buffer.from(users), filename: 'users.json', contentType: 'application/json' },
        connection_id: connectionId,
        upsert: isUpsert,
        external_id: externalId,
        send_completion_email: false,
      }
      // Not repeatable: each try would be a job of its own.
      const job = await call({
        isRepeatable: false,
        run: (sdk, options) => sdk.jobs.usersImports.create(request, options),
      })
      return understand(ManagementJob, job, 'POST /api/v2/jobs/users-imports')
    },

    async importErrors(jobId) {
      const errors = await call({ isRepeatable: true, run: (sdk, options) => sdk.jobs.errors.get(jobId, options) })
      // Without errors the answer has no body.
      return errors ? understand(ManagementImportErrors, errors, 'GET /api/v2/jobs/{id}/errors') : []
    },

    async get(jobId) {
      try {
        const job = await call({ isRepeatable: true, run: (sdk, options) => sdk.jobs.get(jobId, options) })
        return understand(ManagementJob, job, 'GET /api/v2/jobs/{id}')
      } catch (error) {
        if (error instanceof NotFound) throw new NotFound('job-not-found', `There is no job ${jobId} any more.`)
        throw error
      }
    },

    async download(location, signal) {
      const { protocol, origin: where } = new URL(location)
      if (protocol !== 'https:' && where !== origin) {
        throw new UpstreamFailed(
          'export-address-unsafe',
          'The tenant offers an export at an address that is not https.',
        )
      }
      // Until it begins to answer; whoever reads it watches over the rest.
      const begins = new AbortController()
      const timer = setTimeout(() => begins.abort(new DOMException('no answer', 'TimeoutError')), answersWithinMs)
      try {
        const response = await fetch(location, { signal: AbortSignal.any([signal, begins.signal]) })
        if (response.ok && response.body) return Readable.fromWeb(response.body as ReadableStream)
        await response.body?.cancel()
        if (response.status === 401 || response.status === 403 || response.status === 404)
          throw new Unavailable('export-link-expired', 'The link to the export has expired.')
        throw new UpstreamFailed('export-failed', `The export is answered with ${response.status}.`)
      } catch (error) {
        if (error instanceof Unavailable || error instanceof UpstreamFailed) throw error
        throw toRollcallError(readTenantFault(error, 'call', Date.now()), where)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
