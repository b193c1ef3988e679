import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ADMIN_PASSWORD, dialects, startIdentity, type DialectServer, type RunningIdentity } from '#identity/testing.ts'

const HERE = '192.0.2.1'

for (const dialect of dialects) {
  describe(`identity on ${dialect.name}`, () => {
    let server: DialectServer
    let url: string
    let running: RunningIdentity
    beforeAll(async () => {
      server = await dialect.open()
      url = await server.fresh()
      running = await startIdentity(url)
    })
    afterAll(async () => {
      await running.stop()
      await server.stop()
    })

    it('starts with an administrator who is in the project default', async () => {
      const { ports } = running.identity
      const admin = await ports.authenticate({ kind: 'password', user: 'admin', password: ADMIN_PASSWORD }, HERE)
      expect(admin).toMatchObject({ kind: 'user', ceiling: null })
      const snapshot = await ports.snapshot(admin!.principalId)
      expect(snapshot).toMatchObject({ name: 'admin', isAdmin: true, active: true, projects: [{ name: 'default' }], memberships: [{ role: 'owner' }] })
      expect(await ports.projects()).toEqual(snapshot.projects)
    })
  })
}
