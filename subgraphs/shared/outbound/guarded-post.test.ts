import { connect } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { newCertificate, newReceiver, newTrap } from '#shared/testing/receiver.ts'
import { connected, createOutbound, type OutboundOptions } from '#shared/outbound/guarded-post.ts'

const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
})
const kept = async <T extends { stop(): Promise<void> }>(made: Promise<T>): Promise<T> => {
  const server = await made
  ends.push(() => server.stop())
  return server
}
const post = (url: string, options: OutboundOptions, deadlineMs = 5_000, signal?: AbortSignal) =>
  createOutbound(options).post({ url: new URL(url), headers: { 'X-Test': 'yes' }, body: '{"a":1}', deadlineMs, ...(signal ? { signal } : {}) })

describe('a guarded call', () => {
  it('sends the body and headers over TLS to the name it was given, and says the status', async () => {
    const tls = newCertificate('receiver.test')
    const receiver = await kept(newReceiver((response) => response.writeHead(202, { 'retry-after': '7' }).end(), { tls }))
    const options: OutboundOptions = { allowPrivate: true, ca: tls.cert, resolve: async () => ['127.0.0.1'] }
    expect(await post(`https://receiver.test:${receiver.port}/hook?x=1`, options)).toEqual({ status: 202, retryAfterMs: 7_000 })
    expect(receiver.received).toMatchObject([{ path: '/hook?x=1', body: '{"a":1}', headers: { 'x-test': 'yes', host: `receiver.test:${receiver.port}`, 'content-length': '7' } }])
    await expect(post(`https://other.test:${receiver.port}/`, options)).rejects.toMatchObject({ failure: 'tls' })
    await expect(post(`https://receiver.test:${receiver.port}/`, { ...options, ca: newCertificate('receiver.test').cert })).rejects.toMatchObject({ failure: 'tls' })
    expect(receiver.received).toHaveLength(1)
  })

  it('opens no connection to a name with an address that is not public, not even as one of many', async () => {
    const trap = await kept(newTrap())
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['::1'], ['::ffff:127.0.0.1']])
      await expect(post(`http://rebind.test:${trap.port}/`, { resolve: async () => addresses })).rejects.toMatchObject({ failure: 'not-public' })
    expect(trap.connections()).toBe(0)
  })

  it('dials what was checked: the name is asked once', async () => {
    const receiver = await kept(newReceiver())
    let asked = 0
    const resolve = async (): Promise<string[]> => (asked++ === 0 ? ['127.0.0.1'] : [])
    expect(await post(`http://rebind.test:${receiver.port}/`, { allowPrivate: true, resolve })).toEqual({ status: 200 })
    expect(asked).toBe(1)
  })

  it('looks at the other end of the connected socket before it says anything', async () => {
    const receiver = await kept(newReceiver())
    // A checker that lets the address pass and refuses the peer: what a translating network in between would do.
    const seen: string[] = []
    const refusesPeer = (address: string): boolean => {
      seen.push(address)
      return false
    }
    await expect(connected('127.0.0.1', receiver.port, refusesPeer, new AbortController().signal)).rejects.toMatchObject({ failure: 'not-public' })
    expect(seen).toEqual(['127.0.0.1'])
    expect(receiver.received).toEqual([])
    const socket = await connected('127.0.0.1', receiver.port, () => true, new AbortController().signal)
    expect(socket.remoteAddress).toBe('127.0.0.1')
    socket.destroy()
  })

  it('does not follow a redirect', async () => {
    const trap = await kept(newTrap())
    const receiver = await kept(newReceiver((response) => response.writeHead(302, { location: `http://127.0.0.1:${trap.port}/` }).end()))
    expect(await post(`http://127.0.0.1:${receiver.port}/`, { allowPrivate: true })).toEqual({ status: 302 })
    expect(receiver.received).toHaveLength(1)
    expect(trap.connections()).toBe(0)
  })

  it('does not use the proxy of the environment', async () => {
    const trap = await kept(newTrap())
    const receiver = await kept(newReceiver())
    const before = { ...process.env }
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${trap.port}`, http_proxy: `http://127.0.0.1:${trap.port}`, NODE_USE_ENV_PROXY: '1' })
    try {
      expect(await post(`http://127.0.0.1:${receiver.port}/`, { allowPrivate: true })).toEqual({ status: 200 })
    } finally {
      process.env = before
    }
    expect(trap.connections()).toBe(0)
  })

  it('stops reading an answer that does not end', async () => {
    let written = 0
    const receiver = await kept(
      newReceiver((response) => {
        const more = (): void => {
          if (response.destroyed || written > 500_000_000) return
          written += 65_536
          response.write(Buffer.alloc(65_536), () => setImmediate(more))
        }
        more()
      }),
    )
    expect(await post(`http://127.0.0.1:${receiver.port}/`, { allowPrivate: true })).toEqual({ status: 200 })
    expect(written).toBeLessThan(50_000_000)
  })

  it('gives up on a receiver that is silent, that trickles, and when it is told to', async () => {
    const silent = await kept(newReceiver(() => undefined))
    await expect(post(`http://127.0.0.1:${silent.port}/`, { allowPrivate: true }, 200)).rejects.toMatchObject({ failure: 'timeout' })
    const stop = new AbortController()
    const call = post(`http://127.0.0.1:${silent.port}/`, { allowPrivate: true }, 5_000, stop.signal)
    stop.abort()
    await expect(call).rejects.toMatchObject({ failure: 'stopped' })
    const gone = await newReceiver()
    await gone.stop()
    await expect(post(`http://127.0.0.1:${gone.port}/`, { allowPrivate: true })).rejects.toMatchObject({ failure: 'no-connection' })
    await expect(post('http://nowhere.test/', { resolve: () => Promise.reject(new Error('ENOTFOUND')) })).rejects.toMatchObject({ failure: 'unresolved' })
  })

  it('has a trap that catches', async () => {
    const trap = await kept(newTrap())
    for (const host of ['127.0.0.1', 'localhost']) await new Promise((resolve) => connect({ host, port: trap.port }).once('close', resolve).once('error', resolve))
    await expect(post(`http://127.0.0.1:${trap.port}/`, { allowPrivate: true })).rejects.toMatchObject({ failure: 'no-connection' })
    expect(trap.connections()).toBe(3)
  })
})
