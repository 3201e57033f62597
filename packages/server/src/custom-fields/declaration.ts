import { customFieldTypes, firstLevelOf, findUserField, reservedAppMetadata } from '@rollcall/contracts/admin-api'
import { z } from 'zod'

const text = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((written) => !/\p{Cc}/u.test(written), 'Holds a control character.')

const Option = z.union([
  text(100).transform((value) => ({ value, label: value })),
  z.strictObject({ value: text(100), label: text(60) }),
])
const PermissionName = z.string().regex(/^[^\s"\\]{1,280}$/, 'Expected the name of a permission, such as read:salary.')

/** What the filter language takes for something else. */
const words = ['_exists_', 'has', 'and', 'or', 'not']

const Declaration = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'Expected at most 40 of a to z, 0 to 9 and _, such as plan.')
    .refine((name) => findUserField(name) === undefined && !words.includes(name), 'The filter language has this name already.'),
  label: text(60),
  path: z
    .string()
    .max(300)
    .regex(/^(app|user)_metadata(\.[^.,:\s"\\$\p{Cc}]{1,100}){1,8}$/u, 'Expected a path such as app_metadata.plan.')
    .refine((path) => !path.split('.').includes('__proto__'), 'This key cannot be used.')
    .refine((path) => !reserved.includes(firstLevelOf(path)), 'Auth0 keeps this key for itself.'),
  type: z.enum(customFieldTypes),
  options: z.array(Option).min(1).max(200).optional(),
  see: PermissionName.default('read:users'),
  edit: PermissionName.default('update:users'),
}) // prettier-ignore

const reserved = reservedAppMetadata.map((key) => `app_metadata.${key}`)

/** A field of users' metadata that a team has names for. */
export type CustomFieldDeclaration = z.input<typeof Declaration>
export type DeclaredField = z.output<typeof Declaration>

/** One thing that is wrong: where, `fields[2].path`, and what. */
export interface FieldFault {
  at: string
  problem: string
}

/** Checks declarations whole. Those that have a fault of their own are not held against the others. */
export function readCustomFields(declared: unknown): { fields: DeclaredField[]; faults: FieldFault[] } {
  if (!Array.isArray(declared)) return { fields: [], faults: [{ at: 'fields', problem: 'Expected a list of fields.' }] }
  const read = declared.map((one: unknown, place) => ({ place, ...Declaration.safeParse(one) }))
  const faults = read.flatMap(({ place, error }) =>
    (error?.issues ?? []).map(({ path, message }) => ({ at: [`fields[${place}]`, ...path].join('.'), problem: message })),
  )
  const fields = read.flatMap(({ place, data }) => (data ? [{ place, field: data }] : []))
  faults.push(
    ...fields.flatMap(({ place, field }, index) =>
      faultsAmong(field, fields.slice(0, index).map((other) => other.field)).map(([member, problem]) => ({
        at: `fields[${place}].${member}`,
        problem,
      })),
    ),
  )
  return { fields: fields.map(({ field }) => field), faults }
} // prettier-ignore

function faultsAmong(field: DeclaredField, before: readonly DeclaredField[]): [keyof DeclaredField, string][] {
  const { name, path, type, options = [], see, edit } = field
  const values = options.map(({ value }) => value)
  const around = before.find((other) => `${path}.`.startsWith(`${other.path}.`) || `${other.path}.`.startsWith(`${path}.`))
  const isForAll = see === 'read:users' && edit === 'update:users'
  const faults: [keyof DeclaredField, string, boolean][] = [
    ['name', `Another field is called ${name}.`, before.some((other) => sameName(other.name) === sameName(name))],
    ['path', `The field ${around?.name} lies on the same path.`, around !== undefined],
    ['options', 'A field of the type one-of needs them.', type === 'one-of' && options.length === 0],
    ['options', `A field of the type ${type} has none.`, type !== 'one-of' && options.length > 0],
    ['options', 'Two of them have the same value.', new Set(values).size < values.length],
    ['path', 'Who may see or edit a field can be said of a key of the first level only, such as app_metadata.salary.', !isForAll && firstLevelOf(path) !== path],
  ]
  return faults.filter(([, , isFault]) => isFault).map(([member, problem]) => [member, problem])
} // prettier-ignore

/** The filter language makes no difference between them either. */
const sameName = (name: string) => name.replaceAll('_', '')
