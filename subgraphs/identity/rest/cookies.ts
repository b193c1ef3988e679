/** The session cookie. On https it is `__Host-sluice`; on loopback http, where browsers drop Secure cookies, `sluice_session`. */

export interface CookieFacts {
  readonly name: string
  readonly attributes: string
}

/** Only the door sets it; it removes what a client sends under this name. */
export const httpsHeader = 'x-sluice-https'
/** The client's address as the door saw it; like httpsHeader, only the door sets it. */
export const addressHeader = 'x-sluice-client-address'

export const sessionCookieNames = ['__Host-sluice', 'sluice_session'] as const

export const cookieFor = ({ https }: { readonly https: boolean }): CookieFacts =>
  https ? { name: '__Host-sluice', attributes: 'Path=/; HttpOnly; SameSite=Lax; Secure' } : { name: 'sluice_session', attributes: 'Path=/; HttpOnly; SameSite=Lax' }

export const setCookie = (facts: CookieFacts, secret: string, maxAgeSeconds: number): string => `${facts.name}=${secret}; Max-Age=${maxAgeSeconds}; ${facts.attributes}`
export const clearCookie = (facts: CookieFacts): string => `${facts.name}=; Max-Age=0; ${facts.attributes}`

/** The secret of the session cookie that belongs to this kind of connection. */
export function sessionSecretIn(cookieHeader: string | undefined, https: boolean): string | undefined {
  const { name } = cookieFor({ https })
  for (const part of cookieHeader?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value) return value
  }
  return undefined
}
