import { computed } from 'vue'
import { useUserPart } from '../user-page/useUserPart.ts'

/** Something that an account has and can be given to another. */
export interface AccessItem {
  key: string
  name: string
  /** More of what it is. */
  text: string
}

/** What is given to an account itself: roles, permissions and organizations, not what comes by way of these. */
export function useAccess(userId: () => string) {
  const roles = useUserPart(userId, 'roles')
  const permissions = useUserPart(userId, 'permissions')
  const organizations = useUserPart(userId, 'organizations')
  const parts = [roles, permissions, organizations]
  return {
    roles: computed<AccessItem[]>(() =>
      (roles.data?.roles ?? [])
        .filter(({ sources }) => sources.some(({ kind }) => kind === 'direct'))
        .map(({ roleId, name }) => ({ key: roleId, name, text: '' })),
    ),
    permissions: computed<AccessItem[]>(() =>
      (permissions.data?.permissions ?? [])
        .filter(({ sources }) => sources.some(({ kind }) => kind === 'direct'))
        .map(({ permission, api }) => ({
          key: JSON.stringify({ api: api.identifier, permission }),
          name: permission,
          text: api.name,
        })),
    ),
    organizations: computed<AccessItem[]>(() =>
      (organizations.data?.organizations ?? []).map(({ organizationId, name, displayName, roles: there }) => ({
        key: organizationId,
        name: displayName ?? name,
        text: (there ?? []).map((role) => role.name).join(', '),
      })),
    ),
    isPending: computed(() => parts.some((part) => part.isPending)),
    error: computed(() => parts.find((part) => part.error)?.error ?? null),
    refetch: () => void Promise.all(parts.map((part) => part.refetch())),
  }
}
