import { ref, shallowRef } from 'vue'
import { toError } from '../../api/problem.ts'

/** One change at a time; `problem` holds why the last one was not made. */
export function useChange() {
  const isBusy = ref(false)
  const problem = shallowRef<Error>()
  async function change(make: () => Promise<unknown>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    problem.value = undefined
    try {
      await make()
      return true
    } catch (error) {
      problem.value = toError(error)
      return false
    } finally {
      isBusy.value = false
    }
  }
  return { isBusy, problem, change }
}
