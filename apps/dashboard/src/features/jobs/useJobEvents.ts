import { onScopeDispose } from 'vue'
import { useChanges } from '../../api/changes.ts'

/**
 * Calls when one of the jobs has moved: at once, and then at most once every `pauseMs`, however often they do.
 * @param isAbout whether it matters
 */
export function useJobEvents(
  isAbout: (jobIds: readonly string[]) => boolean,
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
    if (change.kind !== 'jobs' || !isAbout(change.jobIds)) return
    if (timer === undefined) tell()
    else hasMoved = true
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    hasMoved = false
  })
}
