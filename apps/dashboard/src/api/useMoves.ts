import type { Change } from '@rollcall/contracts/admin-api'
import { onScopeDispose } from 'vue'
import { useChanges } from './changes.ts'

/** What the server does by itself, and tells of: its kind is its event's name. */
export type Moving = 'jobs' | 'imports'

const idsOf = (change: Change, kind: Moving): readonly string[] => {
  if (change.kind === 'jobs' && kind === 'jobs') return change.jobIds
  return change.kind === 'imports' && kind === 'imports' ? change.importIds : []
}

/**
 * Calls when one of them has moved: at once, and then at most once every `pauseMs`, however often they do.
 * @param isAbout whether it matters
 */
export function useMoves(
  kind: Moving,
  isAbout: (ids: readonly string[]) => boolean,
  onMoved: () => unknown,
  pauseMs = 500,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let hasMoved = false
  function tell() {
    hasMoved = false
    timer = setTimeout(() => {
      timer = undefined
      if (hasMoved) tell()
    }, pauseMs)
    onMoved()
  }
  useChanges((change) => {
    const ids = idsOf(change, kind)
    if (ids.length === 0 || !isAbout(ids)) return
    if (timer === undefined) tell()
    else hasMoved = true
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    hasMoved = false
  })
}
