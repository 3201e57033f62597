import { misused } from './failure.ts'

/**
 * @param thing `job`, say, of which `rollcall jobs list` tells the ids
 * @throws CommandFailed unless it is one
 */
export function readId([id, ...others]: string[], thing: 'job' | 'import'): string {
  if (id === undefined || others.length > 0)
    throw misused(`Say one ${thing}, by its id: rollcall ${thing}s list has them.`)
  return id
}
