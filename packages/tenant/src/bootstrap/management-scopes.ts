/** The scopes of the Management API that this tenant answers to. */
const nouns: Record<string, string[]> = {
  users: ['read', 'create', 'update', 'delete'],
  users_app_metadata: ['read', 'create', 'update', 'delete'],
  user_idp_tokens: ['read'],
  clients: ['read', 'create', 'update', 'delete'],
  client_keys: ['read', 'create', 'update', 'delete'],
  client_grants: ['read', 'create', 'update', 'delete'],
  connections: ['read', 'create', 'update', 'delete'],
  resource_servers: ['read', 'create', 'update', 'delete'],
  roles: ['read', 'create', 'update', 'delete'],
  role_members: ['read', 'create', 'delete'],
}

const verbs: Record<string, string> = { read: 'Read', create: 'Create', update: 'Update', delete: 'Delete' }

export const managementScopes = Object.entries(nouns).flatMap(([noun, actions]) =>
  actions.map((action) => ({
    value: `${action}:${noun}`,
    description: `${verbs[action]} ${noun.replaceAll('_', ' ')}`,
  })),
)
