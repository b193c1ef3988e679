/** The real HTTP server around the fixture graph and the fixture people, for the door's own tests. */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createAuthenticator } from '#gateway/edge/authenticate.ts'
import { createSites } from '#gateway/edge/hosts.ts'
import { faces } from '#gateway/faces.ts'
import { localStep } from '#gateway/graphql/data-source.ts'
import { createGraph } from '#gateway/graphql/graph.ts'
import { createHealth } from '#gateway/health.ts'
import { createServer, mounted } from '#gateway/server.ts'
import { freePort } from '#shared/local-servers/programs.ts'
import { type FixtureGraph, fixtureGraph, fixtureTree } from '#gateway/testing/fixture-graph.ts'
import { admin, callerOf, mixed, outsider, owner, peopleSource, viewer } from '#gateway/testing/people.ts'
import type { IdentityPort } from '#ports'
import { createAccess } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { unavailable } from '#shared/errors.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'

export interface Fixture {
  readonly url: string
  readonly port: number
  readonly graph: FixtureGraph
  /** Log events, parsed. */
  readonly events: Record<string, unknown>[]
  readonly outage: Error
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  /** Fulfilled once a request to /api/2.0/mlflow/wait has arrived; it is answered after `release`. */
  readonly waiting: Promise<void>
  release(): void
  /** Address of a second listener, with the face of the auth service. */
  readonly faceUrl: string
  breakTracking(fault: (() => void) | undefined): void
  breakIdentity(isDown: boolean): void
  close(): Promise<void>
}

const authFace = faces[5000] ?? { what: 'missing' }

const people: Readonly<Record<string, Actor>> = { owner, viewer, outsider, mixed, admin }

/** Tells what arrived: for tests of what the door lets through. */
const echo = (method: 'GET' | 'POST'): Route =>
  projectRoute({
    method,
    path: '/api/2.0/mlflow/echo',
    family: 'mlflow',
    summary: 'Says what arrived.',
    needs: 'tracking.run.read',
    handle: ({ scope, headers }) => Promise.resolve({ project: scope.project.name, headers }),
  })

export async function startFixtureDoor(webRoot: string, options: { trustProxy?: readonly string[]; publicUrl?: string; metricsToken?: string } = {}): Promise<Fixture> {
  let trackingFault: (() => void) | undefined
  let identityIsDown = false
  const events: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) if (line) events.push(JSON.parse(line))
      done()
    },
  })
  const log = pino({ level: 'info', formatters: { level: (label) => ({ level: label }) } }, sink)
  const graphs = fixtureGraph({ tracking: () => trackingFault?.() })
  const whenUp = <T>(work: () => Promise<T>): Promise<T> => (identityIsDown ? Promise.reject(unavailable('identity')) : work())
  const identity: IdentityPort = {
    // People are known even while their rights are not, so that tests see what becomes of the rights.
    authenticate: (credential) => {
      const text = credential.kind === 'password' ? (credential.password === 'pass:word' ? credential.user : '') : credential.secret.replace(/^(token-of-|session-of-|slc_)/, '')
      if (text === 'bound') return Promise.resolve({ ...callerOf(mixed), projectName: 'p1' })
      const actor = people[text]
      return Promise.resolve(actor ? callerOf(actor) : null)
    },
    epoch: () => whenUp(peopleSource.epoch),
    snapshot: (subjectId) => whenUp(() => peopleSource.snapshot(subjectId)),
    projects: () => Promise.resolve([]),
  }
  const access = createAccess(identity)
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const wait = projectRoute({
    method: 'GET',
    path: '/api/2.0/mlflow/wait',
    family: 'mlflow',
    summary: 'Answers when the test says so.',
    needs: 'tracking.run.read',
    async handle() {
      arrived.resolve()
      await released.promise
      return {}
    },
  })
  const facePort = await freePort()
  const sites = createSites(options.publicUrl, ['sluice.example.org'])
  const graph = await createGraph({
    supergraphSdl: graphs.supergraphSdl,
    tree: fixtureTree,
    access,
    log,
    steps: { identity: localStep(graphs.identity, log), tracking: localStep(graphs.tracking, log) },
  })
  const door = await createServer({
    graph,
    access,
    log,
    sites,
    webRoot,
    parts: [mounted([echo('GET'), echo('POST'), wait])],
    faces: { [facePort]: authFace },
    authenticate: createAuthenticator(identity, sites),
    health: createHealth(() => [{ name: 'identity', health: () => Promise.resolve([{ name: 'people', ok: !identityIsDown, latencyMs: 0 }]) }]),
    trustProxy: options.trustProxy ?? [],
    publicUrl: options.publicUrl,
    metricsToken: options.metricsToken,
  })
  const { port } = await door.listen('127.0.0.1', 0, [facePort])
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    graph: graphs,
    routes: door.routes,
    waiting: arrived.promise,
    release: () => released.resolve(),
    faceUrl: `http://127.0.0.1:${facePort}`,
    events,
    outage: unavailable('tracking'),
    breakTracking(fault) {
      trackingFault = fault
    },
    breakIdentity(isDown) {
      identityIsDown = isDown
      access.clear()
    },
    async close() {
      await door.close()
      await graph.stop()
    },
  }
}
