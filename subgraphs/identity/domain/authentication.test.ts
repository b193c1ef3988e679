import { expect, it } from 'vitest'
import { createAuthentication, type AuthenticationDeps } from '#identity/domain/authentication.ts'
import { newToken } from '#identity/domain/secrets.ts'

const untouched = new Proxy({}, { get: (_, name) => () => Promise.reject(new Error(`${String(name)} was asked`)) }) as never // no test here may reach a store
const deps: AuthenticationDeps = { users: untouched, sessions: untouched, tokens: untouched, projects: untouched, hasher: untouched, throttle: untouched, epochs: untouched, secretKey: Buffer.alloc(32), now: () => 0, onLost: () => undefined }

it('asks no database about a token with a wrong checksum', async () => {
  const good = newToken('pat')
  const bad = good.slice(0, -1) + (good.endsWith('0') ? '1' : '0')
  const { authenticate } = createAuthentication(deps)
  expect(await authenticate({ kind: 'token', secret: bad }, '192.0.2.1')).toBeNull()
  expect(await authenticate({ kind: 'password', user: 'anything', password: bad }, '192.0.2.1')).toBeNull()
  await expect(authenticate({ kind: 'token', secret: good }, '192.0.2.1')).rejects.toThrow('recent was asked')
})

it('hashes a Basic password once, until the epoch changes or ten minutes pass', async () => {
  let [hashes, epoch, now] = [0, 1, 0]
  const user = { id: 'u', username: 'vera', displayName: 'Vera', isAdmin: false, active: true, mustChangePassword: false, createdAt: 0, passwordHash: 'h' }
  const { authenticate } = createAuthentication({
    ...deps,
    now: () => now,
    users: { byUsername: async () => user } as never, // the only question asked
    epochs: { current: async () => epoch, recent: async () => epoch },
    throttle: { password: (_user, _address, check) => check(), unknownToken: async () => undefined },
    hasher: { hash: async () => '', verify: async (_hash, password) => (hashes++, password === 'right') },
  })
  const ask = (password: string) => authenticate({ kind: 'password', user: 'vera', password }, '192.0.2.1')
  for (let i = 0; i < 5; i++) expect(await ask('right')).toMatchObject({ principalId: 'u' })
  expect(hashes).toBe(1)
  for (let i = 0; i < 2; i++) expect(await ask('wrong')).toBeNull()
  expect(hashes).toBe(3)
  epoch = 2
  await ask('right')
  expect(hashes).toBe(4)
  now = 10 * 60_000 - 1
  await ask('right')
  expect(hashes).toBe(4)
  now = 10 * 60_000
  await ask('right')
  expect(hashes).toBe(5)
})
