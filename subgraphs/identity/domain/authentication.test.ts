import { expect, it } from 'vitest'
import { createPasswordAuthentication } from '#identity/domain/password-authentication.ts'
import { newToken } from '#identity/domain/secrets.ts'
import { createTokenAuthentication } from '#identity/domain/token-authentication.ts'

const HERE = '192.0.2.1'
const unexpected = () => Promise.reject(new Error('nothing should be asked'))

it('asks no database about a token with a wrong checksum', async () => {
  let asked = 0
  const { authenticate } = createTokenAuthentication({
    tokens: { byHash: unexpected, used: unexpected },
    projects: { byIds: unexpected },
    throttle: { unknownToken: unexpected },
    epochs: { current: unexpected, recent: () => Promise.resolve(++asked) },
    now: () => 0,
    onLost: () => undefined,
  })
  const good = newToken('pat')
  const bad = good.slice(0, -1) + (good.endsWith('0') ? '1' : '0')
  expect(await authenticate(bad, HERE)).toBeNull()
  expect(asked).toBe(0)
  await expect(authenticate(good, HERE)).rejects.toThrow('nothing should be asked')
  expect(asked).toBe(1)
})

const vera = { id: 'u', username: 'vera', displayName: 'Vera', isAdmin: false, active: true, mustChangePassword: false, createdAt: 0, passwordHash: 'h' }

function basicWorld() {
  const world = { hashes: 0, epoch: 1, now: 0, attempts: 0 }
  const { authenticate } = createPasswordAuthentication({
    users: { byUsername: async () => vera },
    hasher: {
      hash: async () => '',
      verify: async (_hash, password) => {
        world.hashes++
        return password === 'right'
      },
    },
    throttle: {
      password: (_user, _address, check) => {
        world.attempts++
        return check()
      },
    },
    epochs: { current: async () => world.epoch, recent: async () => world.epoch },
    secretKey: Buffer.alloc(32),
    now: () => world.now,
  })
  return { world, ask: (password: string) => authenticate('vera', password, HERE) }
}

it('hashes a Basic password once, until the epoch changes or ten minutes pass', async () => {
  const { world, ask } = basicWorld()
  for (let i = 0; i < 5; i++) expect(await ask('right')).toMatchObject({ principalId: 'u' })
  expect(world.hashes).toBe(1)
  for (let i = 0; i < 2; i++) expect(await ask('wrong')).toBeNull()
  expect(world.hashes).toBe(3)
  world.epoch = 2
  await ask('right')
  expect(world.hashes).toBe(4)
  world.now = 10 * 60_000 - 1
  await ask('right')
  expect(world.hashes).toBe(4)
  world.now = 10 * 60_000
  await ask('right')
  expect(world.hashes).toBe(5)
})

it('takes many connections with one password for one attempt, and different passwords for as many', async () => {
  const { world, ask } = basicWorld()
  expect(await Promise.all(Array.from({ length: 40 }, () => ask('right')))).toHaveLength(40)
  expect(world).toMatchObject({ hashes: 1, attempts: 1 })
  await Promise.all(Array.from({ length: 5 }, (_, i) => ask(`wrong-${i}`)))
  expect(world).toMatchObject({ hashes: 6, attempts: 6 })
})
