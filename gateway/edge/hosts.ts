/**
 * Which addresses we answer to and which pages may write. Without the first, a page anywhere can point its own name at a
 * server on this machine and read it (DNS rebinding, CVE-2025-14279); without the second, it can make it write. The words
 * are MLflow's (mlflow-api.md 7.2).
 */
import { BlockList, isIP } from 'node:net'

export const hostRefused = 'Invalid Host header - possible DNS rebinding attack detected'
export const originRefused = 'Cross-origin request blocked'

export interface Sites {
  /** Whether a Host header names us. */
  allowsHost(host: string | undefined): boolean
  /** Whether a page of this origin may write to the server that was addressed as `host`. On https no page of http may. */
  allowsOrigin(origin: string, host: string | undefined, isHttps: boolean): boolean
}

const privateAddresses = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv6')
privateAddresses.addAddress('0.0.0.0', 'ipv4')
privateAddresses.addAddress('::', 'ipv6')

/** `extra` are host names, with or without a port, that people configured. */
export function createSites(publicUrl: string | undefined, extra: readonly string[]): Sites {
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl)
  const names = new Set([...extra, ...(publicOrigin ? [publicOrigin.hostname] : [])].map((name) => hostnameOf(name)))
  return {
    allowsHost(host) {
      const name = host === undefined ? undefined : hostnameOf(host)
      return name !== undefined && (isOurs(name) || names.has(name))
    },
    allowsOrigin(origin, host, isHttps) {
      const page = parseOrigin(origin)
      if (!page || (isHttps && page.protocol !== 'https:')) return false
      if (publicOrigin && page.origin === publicOrigin.origin) return true
      return host !== undefined && page.host === host.toLowerCase()
    },
  }
}

function isOurs(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const kind = isIP(name)
  return kind !== 0 && privateAddresses.check(name, kind === 6 ? 'ipv6' : 'ipv4')
}

/** The name without port and brackets; undefined for what is no host. */
function hostnameOf(host: string): string | undefined {
  if (!/^[\w.:[\]-]+$/.test(host)) return undefined
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return undefined
  }
}

function parseOrigin(origin: string): URL | undefined {
  try {
    const url = new URL(origin)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
  } catch {
    return undefined
  }
}
