import type { UserImport } from '@rollcall/contracts/admin-api'
import { useQueryClient } from '@tanstack/vue-query'
import type { ApiClient } from '../../api/api-client.ts'
import { useSteered } from '../../api/useSteered.ts'
import { getImport, steerImport } from './imports.api.ts'
import type { ImportStep } from './imports.api.ts'

/** Whether it goes on by itself. */
const isMoving = ({ phase }: Pick<UserImport, 'phase'>): boolean => phase === 'checking' || phase === 'running'

/** One import, kept in step with the server, and what is done with it. `problem` is why the last thing was not done. */
export function useImport(api: ApiClient, importId: () => string) {
  const client = useQueryClient()
  const { data: found, ...rest } = useSteered({
    kind: 'imports',
    name: 'import',
    id: importId,
    get: (id, signal) => getImport(api, id, signal),
    steer: (id, step: ImportStep, body) => steerImport(api, id, step, body),
    isMoving,
    onSteered: () => client.invalidateQueries({ queryKey: ['imports'] }),
  })
  return { found, ...rest }
}
