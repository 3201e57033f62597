import { readonly, ref } from 'vue'

interface Toast {
  id: number
  text: string
  action: ToastAction | undefined
}

export interface ToastAction {
  label: string
  run: () => unknown
}

const toasts = ref<Toast[]>([])
const shownMs = 6000
const shownWithActionMs = 12_000
let last = 0

/**
 * Says something in passing; it is read out, and goes by itself.
 * @param action what can be done about it, for as long as it is shown
 */
export function toast(text: string, action?: ToastAction): void {
  last += 1
  const id = last
  toasts.value = [...toasts.value, { id, text, action }]
  setTimeout(() => dismissToast(id), action ? shownWithActionMs : shownMs)
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id)
}

export const shownToasts = readonly(toasts)
