import { readonly, ref } from 'vue'

interface Toast {
  id: number
  text: string
}

const toasts = ref<Toast[]>([])
const shownMs = 6000
let last = 0

/** Says something in passing; it is read out, and goes by itself. */
export function toast(text: string): void {
  last += 1
  const id = last
  toasts.value = [...toasts.value, { id, text }]
  setTimeout(() => dismissToast(id), shownMs)
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id)
}

export const shownToasts = readonly(toasts)
