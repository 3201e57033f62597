import type { CustomField } from '@rollcall/contracts/admin-api'
import type { Actor } from '../access/actor.ts'
import { readCustomFields, type DeclaredField } from './declaration.ts'

/** What of users' metadata somebody may see and change. */
export interface Sight {
  /** The fields that they see. */
  fields: readonly CustomField[]
  /** The path of each field by its name in the filter language; of those that they may not see, too, so that it is said why. */
  paths: ReadonlyMap<string, string>
  /** Keys of the first level, `app_metadata.salary`, that are not for them to see. */
  hidden: ReadonlySet<string>
  /** Those that are not for them to change: the hidden ones are among them. */
  locked: ReadonlySet<string>
}

export interface CustomFields {
  sightOf(actor: Actor): Sight
  /** What everybody sees who may see users: the eyes with which something is asked that several people are told of. */
  everybody: Sight
}

/** @throws RangeError with every fault of the declarations */
export function createCustomFields(declared: unknown = []): CustomFields {
  const { fields, faults } = readCustomFields(declared)
  if (faults.length > 0) throw new RangeError(faults.map(({ at, problem }) => `${at}: ${problem}`).join('\n'))
  const paths = new Map(fields.map(({ name, path }) => [name, path]))
  const sightOf = (actor: Pick<Actor, 'permissions' | 'claimed'>): Sight => {
    const sees = ({ see }: DeclaredField) => holds(actor, see)
    const edits = (field: DeclaredField) => sees(field) && holds(actor, field.edit)
    // Where nobody has said who may edit a field, the action that would change it says what that takes.
    const isLocked = (field: DeclaredField) => !sees(field) || (field.edit !== 'update:users' && !edits(field))
    return {
      fields: fields.filter(sees).map((field) => present(field, edits(field))),
      paths,
      hidden: pathsOf(fields.filter((field) => !sees(field))),
      locked: pathsOf(fields.filter(isLocked)),
    }
  }
  const sights = new WeakMap<Actor, Sight>()
  return {
    sightOf(actor) {
      const known = sights.get(actor) ?? sightOf(actor)
      sights.set(actor, known)
      return known
    },
    everybody: sightOf({ permissions: new Set(['read:users']), claimed: new Set() }),
  }
}

const pathsOf = (fields: readonly DeclaredField[]) => new Set(fields.map(({ path }) => path))

/** Fields may name permissions of the team's own, which Rollcall knows nothing of. */
const holds = ({ permissions, claimed }: Pick<Actor, 'permissions' | 'claimed'>, name: string) =>
  claimed.has(name) || claimed.has('manage:users') || [...permissions].some((permission) => permission === name)

const present = ({ name, label, path, type, options = [] }: DeclaredField, mayEdit: boolean): CustomField => ({
  name,
  label,
  path,
  type,
  options,
  mayEdit,
})
