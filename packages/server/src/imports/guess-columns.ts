import { importFields, type ImportColumn, type ImportField } from '@rollcall/contracts/admin-api'

/** What people and programs call a field, without case and punctuation. */
const aliases: Partial<Record<ImportField, readonly string[]>> = {
  email: ['mail', 'emailaddress', 'mailaddress'],
  email_verified: ['verified', 'isemailverified', 'emailconfirmed'],
  user_id: ['id', 'uid', 'sub', 'uuid', 'externalid'],
  username: ['login', 'loginname', 'userlogin', 'account'],
  name: ['fullname', 'displayname'],
  given_name: ['firstname', 'forename', 'first'],
  family_name: ['lastname', 'surname', 'last'],
  nickname: ['nick'],
  picture: ['avatar', 'photo', 'image', 'pictureurl', 'avatarurl'],
  phone_number: ['phone', 'mobile', 'telephone', 'tel', 'cell'],
  phone_verified: ['isphoneverified', 'phoneconfirmed'],
  blocked: ['disabled', 'isblocked', 'isdisabled'],
  password_hash: ['passwordbcrypt', 'bcrypt', 'hash', 'hashedpassword', 'passwordhash', 'encryptedpassword'],
}

const simple = (text: string) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') // prettier-ignore

const known = new Map<string, ImportField>([
  ...importFields.map((field) => [simple(field), field] as const),
  ...Object.entries(aliases).flatMap(([field, names]) => names.map((name) => [name, field as ImportField] as const)),
])

const metadataKey = /^(user|app)[_ ]?metadata[./:]([^.$\p{Cc}]{1,100})$/iu

/** What each column is, told by its name. What is not known is not imported, until somebody says what it is. */
export function guessColumns(names: readonly string[]): ImportColumn[] {
  const taken = new Set<string>()
  return names.map((column) => {
    const guess = guessTarget(column.trim())
    if (guess === null || taken.has(guess)) return { column, to: null, as: 'text' }
    taken.add(guess)
    return { column, to: guess, as: 'text' }
  })
}

function guessTarget(column: string): string | null {
  const [, whose, key] = metadataKey.exec(column) ?? []
  if (whose !== undefined && key !== undefined && key !== '__proto__') return `${whose.toLowerCase()}_metadata.${key}`
  return known.get(simple(column)) ?? null
}
