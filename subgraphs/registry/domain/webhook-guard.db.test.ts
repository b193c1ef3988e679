/** W-8: no webhook leads into the network this server stands in, however its URL is spelt and whatever the DNS says. */
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { newReceiver, newTrap, type Receiver } from '#shared/testing/receiver.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { newTestRegistry, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('default')
const mona = testScope(project, 'maintainer', 'mona')
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((each) => each && !each.internal && each.family === 'IPv4')?.address

const hosts: readonly (readonly [what: string, host: string])[] = [
  ['loopback', '127.0.0.1'],
  ['loopback elsewhere in its network', '127.8.8.8'],
  ['loopback by name', 'localhost'],
  ['loopback by a name of ours', 'inside.test'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 loopback in full', '[0:0:0:0:0:0:0:1]'],
  ['mapped loopback', '[::ffff:127.0.0.1]'],
  ['mapped loopback in hexadecimal', '[::ffff:7f00:1]'],
  ['compatible loopback', '[::127.0.0.1]'],
  ['NAT64 of loopback', '[64:ff9b::7f00:1]'],
  ['NAT64 of loopback, dotted', '[64:ff9b::127.0.0.1]'],
  ['6to4 of loopback', '[2002:7f00:1::]'],
  ['a decimal number', '2130706433'],
  ['a hexadecimal number', '0x7f000001'],
  ['octal parts', '0177.0.0.1'],
  ['short', '127.1'],
  ['fullwidth digits', '１２７.0.0.1'],
  ['percent-encoded', '%31%32%37.0.0.1'],
  ['unspecified', '0.0.0.0'],
  ['unspecified, short', '0'],
  ['IPv6 unspecified', '[::]'],
  ['a trailing dot', '127.0.0.1.'],
  ['the metadata service', '169.254.169.254'],
  ['mapped metadata service', '[::ffff:169.254.169.254]'],
  ['private', '10.0.0.1'],
  ['carrier-grade NAT, mapped', '[::ffff:100.64.0.1]'],
  ['unique local', '[fd00::1]'],
  ['link-local', '[fe80::1]'],
  ['multicast', '224.0.0.1'],
  ...(ownAddress ? [['our own address', ownAddress] as const] : []),
]

let trap: Receiver
let test: TestRegistry
let asked = 0
const resolve = async (host: string): Promise<string[]> => {
  if (host === 'rebind.test') return asked++ === 0 ? ['93.184.216.34'] : ['127.0.0.1']
  if (host === 'mixed.test') return ['93.184.216.34', '127.0.0.1']
  return ['127.0.0.1']
}
const services = (): RegistryServices => test.registry.context(mona.actor) as unknown as RegistryServices // what createRegistry's context makes
const create = (url: string) => services().webhooks.create(mona, { name: 'w', url, events: ['registered_model.created'] })
const idOf = async (url: string): Promise<string> => (await services().webhooks.list(mona, 1_000, undefined)).items.find((w) => w.url === url)?.id ?? ''

const urlTo = (host: string): string => `http://${host}:${trap.port}/`

beforeAll(async () => {
  trap = await newTrap()
  // As if they had been stored before there was a guard: created where everything is allowed.
  test = await newTestRegistry([project], { allowPrivate: true, schemes: ['http'], resolve })
  for (const [, host] of hosts) await create(urlTo(host))
  await services().models.create(mona, { name: 'waits' })
  test = await test.restart({ schemes: ['http'], resolve })
})
afterAll(async () => {
  await test.stop()
  await trap.stop()
})

describe('a webhook', () => {
  it.each(hosts)('cannot be made for %s: %s', async (_what, host) => {
    await expect(create(urlTo(host))).rejects.toThrow('Webhook URL must not resolve to a non-public IP address')
    expect(trap.connections()).toBe(0)
  })

  it.each(hosts)('that was there before is not called at %s: %s', async (_what, host) => {
    const result = await services().webhooks.test(mona, await idOf(urlTo(host)), undefined)
    expect(result).toEqual({ delivered: false, status: null, reason: 'The address is not a public IP address.' })
    expect(trap.connections()).toBe(0)
  })

  it('that waited is not called either, nor again later', async () => {
    await services().models.create(mona, { name: 'more' })
    await test.registry.deliver()
    expect(trap.connections()).toBe(0)
  })

  it('cannot lead to a name with one private address among public ones', async () => {
    await expect(create(urlTo('mixed.test'))).rejects.toThrow('non-public')
    expect(trap.connections()).toBe(0)
  })

  it('does not say which address a name has in our network', async () => {
    await expect(create(urlTo('inside.test'))).rejects.toThrow(/^Webhook URL must not resolve to a non-public IP address: 'inside.test'$/)
  })

  it('whose name answers public first and private then is made and never called', async () => {
    const { id } = await create(urlTo('rebind.test'))
    expect(asked).toBe(1)
    expect(await services().webhooks.test(mona, id, undefined)).toMatchObject({ delivered: false, status: null })
    await services().models.create(mona, { name: 'rebound' })
    await test.registry.deliver()
    expect(asked).toBe(3)
    expect(trap.connections()).toBe(0)
  })

  it('cannot be changed to lead inside', async () => {
    await expect(services().webhooks.update(mona, await idOf(urlTo('rebind.test')), { url: urlTo('127.0.0.1') })).rejects.toThrow('non-public')
  })

  it('needs https unless told otherwise, also when it was stored under another rule', async () => {
    const id = await idOf(urlTo('127.0.0.1'))
    test = await test.restart({ resolve })
    await expect(create('http://example.com/')).rejects.toThrow("Invalid webhook URL scheme: 'http'. Allowed schemes are: https.")
    expect(await services().webhooks.test(mona, id, undefined)).toEqual({ delivered: false, status: null, reason: 'The URL is not allowed any more.' })
    expect(trap.connections()).toBe(0)
  })
})

describe('the positive control', () => {
  it('is called by the same webhooks once private addresses are allowed, and follows no redirect', async () => {
    const receiver = await newReceiver((response) => response.writeHead(302, { location: urlTo('127.0.0.1') }).end())
    test = await test.restart({ allowPrivate: true, schemes: ['http'], resolve })
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0177.0.0.1', '127.1', '[::ffff:127.0.0.1]', 'rebind.test', 'inside.test']) {
      const before = trap.connections()
      await services().webhooks.test(mona, await idOf(urlTo(host)), undefined)
      expect(trap.connections(), host).toBe(before + 1)
    }
    const hits = trap.connections()
    const { id } = await create(`http://127.0.0.1:${receiver.port}/`)
    expect(await services().webhooks.test(mona, id, undefined)).toEqual({ delivered: false, status: 302, reason: null })
    expect(receiver.received).toHaveLength(1)
    expect(trap.connections()).toBe(hits)
    await receiver.stop()
  })
})
