/** Light, dark, or what the system says, live. The first paint is public/theme.js; this keeps it true afterwards. */
import { useSyncExternalStore } from 'react'

export const themeChoices = ['light', 'dark', 'system'] as const
export type ThemeChoice = (typeof themeChoices)[number]

const key = 'sluice.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

const choice = (): ThemeChoice => {
  const stored = localStorage.getItem(key)
  return themeChoices.find((one) => one === stored) ?? 'system'
}

const shown = (): 'light' | 'dark' => {
  const chosen = choice()
  return chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen
}

function apply(): void {
  document.documentElement.dataset['theme'] = shown()
  for (const listener of listeners) listener()
}

export function chooseTheme(next: ThemeChoice): void {
  localStorage.setItem(key, next)
  apply()
}

dark.addEventListener('change', apply)
addEventListener('storage', (event) => event.key === key && apply())

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, choice)
/** The theme on the screen: canvases are drawn again when it changes. */
export const useShownTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, shown)
