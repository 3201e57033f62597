import { isStorable } from '../storable.ts'

/** What someone typed into a form: as it is, within what a field may hold. */
export function readField(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' && value.length <= 1024 && isStorable(value) ? value : ''
}
