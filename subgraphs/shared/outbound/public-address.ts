/**
 * Which addresses are the public internet. Whatever people let this server call (webhooks and the like) must lead there,
 * never into the network it stands in (security.md 1.2, W-8). Authority: IANA's special-purpose registries; an address
 * that wraps an IPv4 address is judged by what it wraps, and what is not known to be public is not.
 */
import { BlockList, isIP } from 'node:net'

const listOf = (family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}

const closed4 = listOf('ipv4', [
  '0.0.0.0/8', // "this network"
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, and the metadata service of every cloud
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
])
const open6 = listOf('ipv6', ['2000::/3'])
const closed6 = listOf('ipv6', [
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: an IPv4 address behind a relay that nobody runs any more
  '3fff::/20', // documentation
])

/** Whether a literal address is public. Anything that is no address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed4.check(address, 'ipv4')
    case 6: {
      if (address.includes('%')) return false // a zone is always of this machine
      const wrapped = wrappedIpv4(address)
      return wrapped === undefined ? open6.check(address, 'ipv6') && !closed6.check(address, 'ipv6') : isPublicAddress(wrapped)
    }
    default:
      return false
  }
}

/** The IPv4 address in `::ffff:a.b.c.d` (mapped) and `64:ff9b::a.b.c.d` (NAT64, what DNS64 answers). */
function wrappedIpv4(address: string): string | undefined {
  const groups = groupsOf(address)
  const prefix = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':')
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return undefined
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The eight groups of an IPv6 address, whatever its spelling. */
function groupsOf(address: string): number[] {
  // The URL parser writes the dotted tail as groups and knows one spelling of each address.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const numbers = (text: string | undefined): number[] => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [])
  const before = numbers(head)
  const after = numbers(tail)
  return tail === undefined ? before : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}
