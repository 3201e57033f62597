import { findUserField, nearUserFields, printUserFilter } from '@rollcall/contracts/user-filter'
import { defineCommand } from '../command.ts'
import { exitCodes, misused } from '../failure.ts'
import { listOptions, printUsers } from './list-users.ts'

export const findUsers = defineCommand({
  name: ['find'],
  summary: 'Find whoever has exactly this value in a field',
  takes: 'FIELD:VALUE',
  options: listOptions,
  more: ['What stands after the first colon is the value, whatever is in it. Ends with 4 when there is nobody.'],
  examples: ['rollcall find app_metadata.crm_id:003X', "rollcall find 'phone_number:+44 20 7946 0000'"],
  async run(call) {
    const written = call.words.join(' ')
    const colon = written.indexOf(':')
    if (colon < 1 || colon === written.length - 1) throw misused('Write FIELD:VALUE, such as app_metadata.crm_id:003X.')
    const name = written.slice(0, colon)
    const field = findUserField(name)
    if (field === undefined) {
      const near = nearUserFields(name)
      throw misused(`There is no field ${name}.`, ...(near.length > 0 ? [`Did you mean ${near.join(' or ')}?`] : []))
    }
    const filter = printUserFilter({ kind: 'match', field, pieces: [written.slice(colon + 1)] })
    const printed = await printUsers(call, filter)
    return printed === 0 ? exitCodes.notFound : exitCodes.done
  },
})
