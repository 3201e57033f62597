/** All that is given to somebody, by its names; `access` as the server writes it. */
export function accessNames(access: unknown): string[] {
  if (typeof access !== 'object' || access === null) return []
  const { roles, permissions, organizations } = access as Record<string, Named[] | null | undefined>
  return [roles, permissions, organizations].flatMap((list) => (list ?? []).map(nameOf))
}

interface Named {
  name?: string
  permission_name?: string
  /** Of an organization: what they are there. */
  roles?: Named[]
}

function nameOf({ name, permission_name, roles = [] }: Named): string {
  const own = name ?? permission_name ?? ''
  return roles.length > 0 ? `${own} (${roles.map(nameOf).join(', ')})` : own
}
