/** Headers that only we or a trusted proxy may set: from anybody else they are dropped before anything reads them. */
const ours = /^x[-_]sluice[-_]/i
const proxied = /^(x[-_]forwarded[-_]|forwarded$|x[-_]real[-_]ip$|cf[-_]access[-_]|x[-_]auth[-_]request[-_]|x[-_]remote[-_]user$|remote[-_]user$)/i

/** `x-sluice-csrf` proves nothing but that the sender could add a header, so it may pass. */
const harmless = new Set(['x-sluice-csrf'])

export function dropSpoofed(headers: Record<string, unknown>, isTrustedProxy: boolean): void {
  for (const name of Object.keys(headers)) {
    if (harmless.has(name)) continue
    if (ours.test(name) || (!isTrustedProxy && proxied.test(name))) delete headers[name]
  }
}
