import { ref } from 'vue'

/**
 * A place where a file can be dropped.
 * @param take called with the first of what is dropped
 */
export function useFileDrop(take: (file: File) => unknown) {
  const isOver = ref(false)
  function drop(event: DragEvent): void {
    isOver.value = false
    const file = event.dataTransfer?.files[0]
    if (file) void take(file)
  }
  return { isOver, drop }
}
