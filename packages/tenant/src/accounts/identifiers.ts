import type { JsonObject } from '../schema.ts'
import { isJsonObject } from '../schema.ts'

export type Identifier = 'email' | 'username' | 'phone_number'
export type Use = 'required' | 'optional' | 'none'

/** What the people of a database are known by (Auth0, "Flexible Identifiers"; before those, e-mail address and perhaps username). */
export function identifiersOf(options: JsonObject): Record<Identifier, Use> {
  const { attributes } = options
  if (!isJsonObject(attributes) || Object.keys(attributes).length === 0) {
    return {
      email: 'required',
      username: options.requires_username === true ? 'required' : 'none',
      phone_number: 'none',
    }
  }
  const useOf = (name: string): Use => {
    const attribute = attributes[name]
    if (!isJsonObject(attribute)) return 'none'
    const status = isJsonObject(attribute.signup) ? attribute.signup.status : undefined
    if (status === 'required' || attribute.profile_required === true) return 'required'
    return 'optional'
  }
  return { email: useOf('email'), username: useOf('username'), phone_number: useOf('phone_number') }
}
