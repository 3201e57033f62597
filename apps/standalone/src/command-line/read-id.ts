import { misused } from './failure.ts'

/**
 * @param thing `job`, say, of which `rollcall jobs list` tells the ids
 * @throws CommandFailed unless it is one
 */
export function readId([id, ...others]: string[], thing: 'job' | 'import'): string {
  if (id === undefined || others.length > 0)
    throw misused(`Say one ${thing}, by its id: rollcall ${thing}s list has them.`)
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
    throw misused(`${id} is no id of ${thing === 'job' ? 'a job' : 'an import'}.`, `rollcall ${thing}s list has them.`)
  return id
}
