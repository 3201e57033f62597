import { ref } from 'vue'

export type Theme = 'light' | 'dark' | 'system'

const storageKey = 'rollcall.theme'
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
const theme = ref<Theme>(readStored())

function readStored(): Theme {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function show(): void {
  const isDark = theme.value === 'dark' || (theme.value === 'system' && prefersDark.matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}

/** Sets the page to the chosen theme, and keeps it in step with the system when that is the choice. */
export function applyTheme(): void {
  show()
  prefersDark.addEventListener('change', show)
}

export function useTheme() {
  const choose = (wanted: Theme) => {
    theme.value = wanted
    if (wanted === 'system') localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, wanted)
    show()
  }
  return { theme, choose }
}
