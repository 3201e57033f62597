import type { JsonObject, JsonValue } from '../schema.ts'

export type Identifier = 'email' | 'username' | 'phone_number'
export type Use = 'required' | 'optional' | 'none'

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the people of a database are known by (Auth0, "Flexible Identifiers"; before those, e-mail address and perhaps username). */
export function identifiersOf(options: JsonObject): Record<Identifier, Use> {
  const { attributes } = options
  if (!isObject(attributes) || Object.keys(attributes).length === 0) {
    return {
      email: 'required',
      username: options.requires_username === true ? 'required' : 'none',
      phone_number: 'none',
    }
  }
  const useOf = (name: string): Use => {
    const attribute = attributes[name]
    if (!isObject(attribute)) return 'none'
    const status = isObject(attribute.signup) ? attribute.signup.status : undefined
    if (status === 'required' || attribute.profile_required === true) return 'required'
    return 'optional'
  }
  return { email: useOf('email'), username: useOf('username'), phone_number: useOf('phone_number') }
}
