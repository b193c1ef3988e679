/** What a path says by itself: its project prefix, the family that words its errors, and whether the web app owns it. */
import type { Family } from '#shared/rest/error-format.ts'

/** `/p/<project>/rest` → project and rest; undefined where there is no such prefix. */
export function splitProject(url: string): { readonly project: string; readonly rest: string } | undefined {
  const match = /^\/p\/([^/?#]+)(\/[^?#]*)?(\?.*)?$/.exec(url)
  if (!match?.[1]) return undefined
  try {
    return { project: decodeURIComponent(match[1]), rest: `${match[2] ?? '/'}${match[3] ?? ''}` }
  } catch {
    return undefined
  }
}

const families: readonly (readonly [RegExp, Family])[] = [
  [/^\/(api|ajax-api)\/[23]\.0(\/|$)/, 'mlflow'],
  [/^\/(ajax-api|get-artifact|model-versions|v1\/traces)(\/|$)/, 'mlflow'],
  [/^\/api(\/|$)/, 'studio'],
  [/^\/(datasets|train|promote|predict)(\/|$)/, 'mini'],
]

/** The first match decides; what nobody claims is ours. */
export const familyOf = (path: string): Family => families.find(([pattern]) => pattern.test(path))?.[1] ?? 'own'

/** Paths of the web app: a browser that opens one gets the app, whatever lies below. */
const appPaths = /^\/(login|projects|account|settings|admin|platform)(\/|$)/
export const isAppPath = (path: string): boolean => path === '/' || appPaths.test(path)

/** A browser that goes somewhere, as opposed to a program that asks for data. */
export const wantsHtml = (method: string, accept: string | undefined): boolean => (method === 'GET' || method === 'HEAD') && (accept ?? '').includes('text/html')
