import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import { paths } from '../paths.ts'

const waitForSecondKey = 1_000

/** `g` then a letter goes to a place of the project; `/` focuses the filter of the page. Not while typing. */
export function useGoKeys(project: string | undefined): void {
  const navigate = useNavigate()
  useEffect(() => {
    let armed = 0
    const places: Readonly<Record<string, string>> = project
      ? { p: paths.project(project), e: paths.experiments(project), r: paths.experiments(project), m: paths.models(project), d: paths.datasets(project) }
      : {}
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.key === '/') {
        const filter = window.document.querySelector<HTMLElement>('[data-filter]')
        if (filter) {
          event.preventDefault()
          filter.focus()
        }
        return
      }
      const place = event.timeStamp - armed < waitForSecondKey ? places[event.key] : undefined
      armed = event.key === 'g' ? event.timeStamp : 0
      if (place) void navigate(place)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [navigate, project])
}

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
