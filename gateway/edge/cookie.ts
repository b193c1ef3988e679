/** The Cookie header as name and value. The first of two equal names wins, as browsers send the more specific one first. */
export function parseCookie(header: string | undefined): Readonly<Record<string, string>> {
  const cookies: Record<string, string> = Object.create(null)
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    const name = part.slice(0, Math.max(at, 0)).trim()
    if (name && cookies[name] === undefined) cookies[name] = part.slice(at + 1).trim()
  }
  return cookies
}
