/** What browsers are told about an answer. Scripts are strict everywhere; the two style exceptions are named here. */
const strict = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
]
/** GraphiQL's editor and the API page write their styles at run time (stack.md section 8). */
const withInlineStyle = strict.map((rule) => (rule.startsWith('style-src') ? "style-src 'self' 'unsafe-inline'" : rule))
/** An answer for programs has nothing that a browser may run. */
const nothing = ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]

/** `unchanged`: the browser keeps the answer it has, and with it the policy of that answer. */
export type ContentKind = 'app' | 'tool' | 'data' | 'unchanged'
const policies: Readonly<Record<ContentKind, string | undefined>> = { app: strict.join('; '), tool: withInlineStyle.join('; '), data: nothing.join('; '), unchanged: undefined }

const toolPaths = /^\/(explorer|docs)(\/|$)/
/**
 * By path, status and type of the answer: only HTML of the two tools gets their exception. A 304 has no type, and what it
 * says replaces what the browser has stored (RFC 9111, 3.2): a policy guessed here would break the page's second visit.
 */
export function contentKind(path: string, status: number, contentType: string | undefined): ContentKind {
  if (status === 304) return 'unchanged'
  if (!contentType?.startsWith('text/html')) return contentType?.startsWith('text/javascript') ? 'app' : 'data'
  return toolPaths.test(path) ? 'tool' : 'app'
}

export function securityHeaders(kind: ContentKind, isHttps: boolean): Readonly<Record<string, string>> {
  const policy = policies[kind]
  return {
    ...(policy === undefined ? {} : { 'content-security-policy': policy }),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(isHttps ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  }
}
