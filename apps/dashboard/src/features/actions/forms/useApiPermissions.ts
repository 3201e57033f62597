import { useQuery } from '@tanstack/vue-query'
import { apiKey } from '../../../api/api-client.ts'
import { injected } from '../../../injection.ts'
import { listApis } from '../actions.api.ts'

/** A permission as actions name it. */
export interface PermissionChoice {
  api: string
  permission: string
}

export const keyOfPermission = ({ api, permission }: PermissionChoice): string => JSON.stringify([api, permission])

export function permissionOfKey(key: string): PermissionChoice {
  const [api, permission] = JSON.parse(key) as [string, string] // what `keyOfPermission` wrote
  return { api, permission }
}

/** Every API of the tenant with the permissions there are to give. */
export function useApiPermissions() {
  const api = injected(apiKey)
  return useQuery({ queryKey: ['apis'], queryFn: ({ signal }) => listApis(api, signal) })
}
