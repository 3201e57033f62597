import {
  ManagementMemberPage,
  ManagementOrganization,
  ManagementOrganizationCheckpointPage,
  ManagementOrganizationPage,
} from '@rollcall/contracts/management-api'
import { NotFound } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'
import { readOn, readPages } from './read-pages.ts'
import { understand } from './understand.ts'

export interface TenantOrganizations {
  list(): Promise<ManagementOrganization[]>
  /** @returns undefined if there is none */
  find(organizationId: string): Promise<ManagementOrganization | undefined>
  /** The ids of who belongs to an organization, page by page. @throws NotFound */
  members(organizationId: string): AsyncIterable<string[]>
  /** @throws NotFound */
  ofUser(userId: string): Promise<ManagementOrganization[]>
}

export function createTenantOrganizations(call: CallTenant): TenantOrganizations {
  return {
    async list() {
      const pages = readOn(async (paging) => {
        const page = await call({ isRepeatable: true, run: (sdk, options) => sdk.organizations.list(paging, options) })
        const read = understand(ManagementOrganizationCheckpointPage, page.response, 'GET /api/v2/organizations')
        return { items: read.organizations, next: read.next }
      })
      const all: ManagementOrganization[] = []
      for await (const page of pages) all.push(...page)
      return all
    },
    async find(organizationId) {
      try {
        const run = { isRepeatable: true }
        const answer = await call({ ...run, run: (sdk, options) => sdk.organizations.get(organizationId, options) })
        return understand(ManagementOrganization, answer, 'GET /api/v2/organizations/{id}')
      } catch (error) {
        if (error instanceof NotFound) return undefined
        throw error
      }
    },
    members: (organizationId) =>
      readOn(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.organizations.members.list(organizationId, paging, options),
        })
        const read = understand(ManagementMemberPage, page.response, 'GET /api/v2/organizations/{id}/members')
        return { items: read.members.map((member) => member.user_id), next: read.next }
      }),
    ofUser: (userId) =>
      readPages(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.users.organizations.list(userId, paging, options),
        })
        return understand(ManagementOrganizationPage, page.response, 'GET /api/v2/users/{id}/organizations')
          .organizations
      }),
  }
}
