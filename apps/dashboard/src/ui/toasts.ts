import { readonly, ref } from 'vue'

interface Toast {
  id: number
  text: string
  action: ToastAction | undefined
}

export interface ToastAction {
  label: string
  /** Then Ctrl Z or ⌘ Z does it, too. */
  isUndo?: boolean
  run: () => unknown
}

const toasts = ref<Toast[]>([])
const shownMs = 6000
const shownWithActionMs = 12_000
const timers = new Map<number, ReturnType<typeof setTimeout>>()
let last = 0

/**
 * Says something in passing; it is read out, and goes by itself.
 * @param action what can be done about it, for as long as it is shown
 */
export function toast(text: string, action?: ToastAction): void {
  last += 1
  const id = last
  toasts.value = [...toasts.value, { id, text, action }]
  releaseToast(id)
}

/** It stays while somebody is about to use it. */
export function holdToast(id: number): void {
  clearTimeout(timers.get(id))
}

export function releaseToast(id: number): void {
  const one = toasts.value.find((shown) => shown.id === id)
  holdToast(id)
  if (one)
    timers.set(
      id,
      setTimeout(() => dismissToast(id), one.action ? shownWithActionMs : shownMs),
    )
}

export function dismissToast(id: number): void {
  holdToast(id)
  timers.delete(id)
  toasts.value = toasts.value.filter((one) => one.id !== id)
}

export const shownToasts = readonly(toasts)
