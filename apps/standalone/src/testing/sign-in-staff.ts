import { makePasswordClient } from './manage.ts'
import { password, pathOf, type Staffed } from './start-staffed.ts'

/** Somebody new who may do everything, as a person. @returns their access token */
export async function signInAsStaff(
  { manage, signUp, standalone }: Pick<Staffed, 'manage' | 'signUp' | 'standalone'>,
  email: string,
): Promise<string> {
  const userId = await signUp({ email })
  const roles = (await manage('GET', '/roles')).body as { id: string; name: string }[]
  const staff = roles.filter(({ name }) => name === 'Staff').map(({ id }) => id)
  await manage('POST', `${pathOf(userId)}/roles`, { roles: staff })
  const { clientId, clientSecret } = await makePasswordClient(manage)
  const { url, credentials } = standalone.tenant
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'password',
      client_id: clientId,
      client_secret: clientSecret,
      username: email,
      password,
      audience: credentials.audience,
    }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}
