/**
 * A registry as a process of its own that makes a model and never ends by itself: `after-commit` it is killed before
 * anything is delivered, `while-delivering` its worker is at work until somebody kills it. Started by
 * domain/webhook-kill.db.test.ts with: mode, address of the database, id and name of the project, name of the model.
 */
import { createAccess } from '#shared/access.ts'
import { testScope } from '#shared/testing/actors.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { createRegistry } from '#registry/subsystem.ts'
import { fakeTracking, log, testSecretKey } from '#registry/testing/registry.ts'

const [mode, databaseUrl = '', id = '', name = '', model = ''] = process.argv.slice(2)
const never = (): never => {
  throw new Error('identity is not asked here')
}
const scope = testScope({ id, name }, 'maintainer', 'mona')
const registry = await createRegistry({
  databaseUrl,
  log,
  publicUrl: () => 'http://sluice.test',
  access: createAccess({ epoch: never, snapshot: never }),
  ports: () => ({ identity: { authenticate: never, epoch: never, snapshot: never, projects: never }, tracking: fakeTracking() }),
  secretKey: testSecretKey,
  webhooks: { allowPrivate: true, schemes: ['http'] },
})
if (mode === 'while-delivering') await registry.start()
const services = registry.context(scope.actor) as unknown as RegistryServices // what createRegistry's context makes
await services.models.create(scope, { name: model })
if (mode === 'after-commit') process.kill(process.pid, 'SIGKILL')
setInterval(() => undefined, 1_000)
