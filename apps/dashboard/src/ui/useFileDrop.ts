import { ref } from 'vue'

/**
 * A place where a file can be dropped; `on` are its listeners, for `v-on`.
 * @param take called with the first of what is dropped
 */
export function useFileDrop(take: (file: File) => unknown) {
  const isOver = ref(false)
  const on = {
    dragover(event: DragEvent) {
      event.preventDefault()
      isOver.value = true
    },
    dragleave() {
      isOver.value = false
    },
    drop(event: DragEvent) {
      event.preventDefault()
      isOver.value = false
      const file = event.dataTransfer?.files[0]
      if (file) void take(file)
    },
  }
  return { isOver, on }
}
