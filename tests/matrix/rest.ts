/** All cells of one REST operation: who is answered, who is refused and how, and that foreign and absent are alike. */
import { forbidden } from '#shared/errors.ts'
import { isPermission, type Permission, permissionFacts, roleHolds } from '#shared/policy.ts'
import { errorAnswer } from '#shared/rest/error-format.ts'
import { Cells, foreignPairs, traceOf } from './cells.ts'
import type { Operation } from './operations.ts'
import type { RestExample } from './rest-examples.ts'
import { isolated, namesOf, newName, type Things } from './things.ts'
import { type Answer, type Ask, type Credential, nameless, send } from './wire.ts'
import { everybody, noProject, roleOf, type Who, type World } from './world.ts'

type Expected = 'allowed' | 'forbidden' | 'hidden' | 'unauthenticated'

/** The permission that decides, if one does. */
export const permissionOf = ({ needs }: Pick<Operation, 'needs'>, { decides }: Pick<RestExample, 'decides'>): Permission | undefined =>
  decides ?? (needs === 'public' || needs === 'authenticated' ? undefined : needs)
const changesSomething = ({ method }: Operation, permission: Permission | undefined): boolean => method !== 'GET' && !permission?.endsWith('.read')

/** Who made a thing may delete it while a member (design section 5): a contributor's own things, where contributors make any. */
export const makerMay = (permission: Permission | undefined, takes: RestExample['takes']): permission is Permission =>
  permission?.endsWith('.delete') === true && permissionFacts[permission].from === 'maintainer' && contributorsMake(permission) && takes.some((kind) => isolated.has(kind))

function contributorsMake(deleting: Permission): boolean {
  const making = deleting.replace(/delete$/, 'create')
  return isPermission(making) && roleHolds('contributor', making)
}

export function expected(who: Who, needs: Operation['needs'], permission: Permission | undefined): Expected {
  if (needs === 'public' || who === 'admin') return 'allowed'
  if (who === 'anonymous') return 'unauthenticated'
  if (permission === undefined) return 'allowed'
  if (permission.startsWith('platform.')) return 'forbidden'
  const role = roleOf[who]
  if (role === undefined) return 'hidden'
  return roleHolds(role, permission) ? 'allowed' : 'forbidden'
}

export function askOf({ method, route, within }: Operation, example: RestExample, things: Things, project: string, account: { username: string; password: string }): Ask {
  const { path = {}, query = [], json, body, headers } = example.send(things, { project, ...account, fresh: newName('fresh') })
  const filled = route.replace(/:(\w+)|\*/g, (_, name: string | undefined) => {
    const value = path[name ?? '*']
    if (value === undefined) throw new Error(`the example of ${method} ${route} has no ${name ?? '*'}`)
    return value.split('/').map(encodeURIComponent).join('/')
  })
  const search = query.length === 0 ? '' : `?${new URLSearchParams(query.map(([k, v]): [string, string] => [k, v]))}`
  return { method, path: `${within === 'project' ? `/p/${project}` : ''}${filled}${search}`, json, body, headers }
}

/** Whose token shows the permission alone: administrators' where it is the platform's. */
export const bearerOf = (permission: Permission): 'owner' | 'admin' => (permission.startsWith('platform.') ? 'admin' : 'owner')
/**
 * A permission with the one to see what it is about: the answer of a write shows the thing, and where things can be hidden
 * one by one, whoever names one must be able to see it.
 */
export const enoughFor = (permission: Permission): Permission[] => [permission, ...seeing.flatMap(([part, read]) => (permission.startsWith(part) && permission !== read ? [read] : []))]
const seeing: readonly (readonly [part: string, read: Permission])[] = [
  ['registry.model.', 'registry.model.read'],
  ['registry.version.', 'registry.model.read'],
  ['datasets.dataset.', 'datasets.dataset.read'],
  ['tracking.run.', 'tracking.run.read'],
  ['tracking.trace.', 'tracking.trace.read'],
]
const isSuccess = (answer: Answer, { answers }: RestExample): boolean => (answers ? answer.status === answers.status : answer.status >= 200 && answer.status < 300)
const told = ({ status, text }: Answer): string => `${status} ${text.slice(0, 300)}`

/** The family's own words for 403: its status, its fields and its code. */
function isForbidden({ status, text }: Answer, { family }: Operation): boolean {
  const words = errorAnswer(family, forbidden('m', 'd'), 'r')
  if (status !== words.status) return false
  const given = JSON.parse(text) as Record<string, unknown> // an error of every family is an object
  const model = words.body as Record<string, unknown>
  return String(Object.keys(given).sort()) === String(Object.keys(model).sort()) && given['error_code'] === model['error_code']
}

export async function restCells(world: World, operation: Operation, example: RestExample): Promise<readonly string[]> {
  const permission = permissionOf(operation, example)
  const writes = changesSomething(operation, permission)
  const cells = new Cells('rest')
  const things = async (by: Credential): Promise<Things> => (writes ? { ...world.shared.p1, ...(await world.make(example.takes, 'p1', by)) } : world.shared.p1)
  const ask = (who: Who, of: Things, project = 'p1') => askOf(operation, example, of, project, world.account(who))
  const answered = (credential: Credential, request: Ask) => send(world.url, credential, request)
  const outcome = (who: Who) => expected(who, operation.needs, permission)
  const owner = world.as('owner')

  const refused = async (): Promise<void> => {
    const of = await things(owner)
    const narrow = permission && (await world.tokenWithout(permission, bearerOf(permission)))
    await cells.withoutTrace(world, 'a refused request', async () => {
      const refusedOf = (who: Who): Promise<void> =>
        cells.cell(who, async () => {
          const answer = await answered(world.as(who), ask(who, of))
          if (outcome(who) === 'unauthenticated') return answer.status === 401 ? undefined : `expected 401, got ${told(answer)}`
          if (outcome(who) === 'forbidden') return isForbidden(answer, operation) ? undefined : `expected 403 in the words of ${operation.family}, got ${told(answer)}`
          return hiddenLikeMissing(answer, await answered(world.as(who), ask(who, withoutWorkspace(of), noProject)), of)
        })
      await Promise.all(everybody.filter((w) => outcome(w) !== 'allowed').map(refusedOf))
      if (narrow)
        await cells.cell(`token without ${permission}`, async () => {
          const answer = await answered(narrow, ask('owner', of))
          return isForbidden(answer, operation) ? undefined : `expected 403 in the words of ${operation.family}, got ${told(answer)}`
        })
    })
  }

  const allowed = async (who: Who | 'maker' | 'just enough', credential: Credential, by: Credential): Promise<void> =>
    cells.cell(who, async () => {
      const answer = await answered(credential, ask(who === 'maker' ? 'contributor' : who === 'just enough' ? 'owner' : who, await things(by)))
      return isSuccess(answer, example) ? undefined : `expected to be allowed, got ${told(answer)}`
    })

  /** One permission and nothing else does the whole of it or nothing: never first the deed and then the refusal. */
  const alone = async (only: Permission): Promise<void> => {
    const [of, token] = [await things(owner), await world.tokenWith([only], bearerOf(only))]
    const before = await world.dump.take()
    await cells.cell(`only ${only}`, async () => {
      const answer = await answered(token, ask('owner', of))
      if (isSuccess(answer, example)) return undefined
      return isForbidden(answer, operation) ? traceOf(before, await world.dump.take()) : `expected to be allowed or forbidden, got ${told(answer)}`
    })
  }

  const foreign = async (): Promise<void> => {
    for (const pair of await foreignPairs(world, example.takes, writes)) {
      const both = async (): Promise<void> =>
        cells.cell(pair.name, async () => {
          const account = world.account('owner')
          const foreignAsk = askOf(operation, example, pair.foreign, pair.project, account)
          const absentAsk = askOf(operation, example, pair.absent, pair.project, account)
          const [hidden, missing] = [await answered(pair.by, foreignAsk), await answered(pair.by, absentAsk)]
          return alike(hidden, missing, pair.given)
        })
      // With things of the asker's own among them a request may well do something, but not where it names nothing of them.
      if (writes && example.takes.length === 1) await cells.withoutTrace(world, pair.name, both)
      else await both()
    }
  }

  await refused()
  await Promise.all(everybody.filter((w) => outcome(w) === 'allowed').map((who) => allowed(who, world.as(who), owner)))
  // What the route asks for first and what the service asks for then must be one and the same.
  if (permission) {
    await allowed('just enough', await world.tokenWith(enoughFor(permission), bearerOf(permission)), owner)
    await alone(permission)
  }
  if (makerMay(permission, example.takes)) await allowed('maker', world.as('contributor'), world.as('contributor'))
  await foreign()
  return cells.deviations
}

/** A workspace that is named in the path is the project itself: the one that never was is asked for instead. */
const withoutWorkspace = (things: Things): Things => ({ ...things, workspace: { name: noProject } })

/** What a server makes anew for each answer: our fresh names, new ids, times. */
const freshNames = /fresh-\d+-[0-9a-f]{8}|(m-)?\b[0-9a-f]{32}\b|\b1\d{12}\b/g
function alike(first: Answer, second: Answer, given: readonly string[]): string | undefined {
  const [a, b] = [first, second].map(({ status, text }) => nameless({ status, text }, given).replaceAll(freshNames, '<fresh>'))
  if (a !== b) return `foreign and absent differ: ${a} | ${b}`
  return first.status >= 500 ? `failed: ${told(first)}` : undefined
}

function hiddenLikeMissing(hidden: Answer, missing: Answer, of: Things): string | undefined {
  if (hidden.status !== 404) return `expected 404, got ${told(hidden)}`
  const names = [...namesOf(of), noProject]
  const [a, b] = [hidden, missing].map((answer) => nameless({ ...answer, text: answer.text.replace(/\bp1\b/g, noProject) }, names))
  return a === b ? undefined : `hidden and missing projects differ: ${a} | ${b}`
}
