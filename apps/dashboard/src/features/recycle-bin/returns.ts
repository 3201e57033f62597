import type { FieldChange } from '@rollcall/contracts/admin-api'

export type ReturnKind = 'roles' | 'permissions' | 'organizations'
export interface Return {
  kind: ReturnKind
  names: string[]
}

/** What is given back to somebody who is restored, by its names; of the change of `access`, as the server writes it. */
export function returnsOf(changes: readonly FieldChange[]): Return[] {
  const access = changes.find(({ field }) => field === 'access')?.after
  if (typeof access !== 'object' || access === null) return []
  const { roles, permissions, organizations } = access as Partial<Record<ReturnKind, Named[] | null>>
  return [
    { kind: 'roles' as const, names: namesOf(roles) },
    { kind: 'permissions' as const, names: namesOf(permissions) },
    { kind: 'organizations' as const, names: namesOf(organizations) },
  ].filter(({ names }) => names.length > 0)
}

interface Named {
  name?: string
  permission_name?: string
  /** Of an organization: what they are there. */
  roles?: Named[]
}

const namesOf = (list: Named[] | null | undefined): string[] =>
  (list ?? []).map(({ name, permission_name, roles = [] }) => {
    const own = name ?? permission_name ?? ''
    return roles.length > 0 ? `${own} (${namesOf(roles).join(', ')})` : own
  })
