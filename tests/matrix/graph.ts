/** All cells of one field or mutation of the graph. */
import { getNamedType, isCompositeType, isObjectType } from 'graphql'
import { type Need, policyTree } from '#gateway/graphql/policy-tree.ts'
import { type Expected, expectedOf } from './graph-expectations.ts'
import { Cells, foreignPairs, traceOf } from './cells.ts'
import { fieldExamples, type MutationExample } from './graph-examples.ts'
import { api, documentOf, nameOf, needsOf, reached, type Root, type Way } from './graph-paths.ts'
import { bearerOf, enoughFor, makerMay } from './rest.ts'
import { namesOf, newName, type Things } from './things.ts'
import { ask, type Credential, type GraphAnswer, nameless } from './wire.ts'
import { everybody, noProject, sparePassword, type Who, type World } from './world.ts'
import { isPermission, type Permission } from '#shared/policy.ts'

const told = ({ status, text }: GraphAnswer): string => `${status} ${text.slice(0, 300)}`
const codes = ({ errors }: GraphAnswer): string => errors.map((e) => e.extensions?.code ?? 'none').join()
const isForbidden = (answer: GraphAnswer, status: number): boolean => answer.status === status && codes(answer) === 'FORBIDDEN' && answer.data === null

/** Refused before anything is fetched: one error with its own status, and no data. */
async function judge(expected: Expected, answer: GraphAnswer, missing: () => Promise<GraphAnswer>, names: readonly string[]): Promise<string | undefined> {
  switch (expected.kind) {
    case 'allowed':
      return answer.status === 200 && answer.errors.length === 0 ? undefined : `expected to be allowed, got ${told(answer)}`
    case 'unauthenticated':
      return answer.status === 401 && codes(answer) === 'UNAUTHENTICATED' && answer.data === null ? undefined : `expected UNAUTHENTICATED, got ${told(answer)}`
    case 'forbidden':
      return isForbidden(answer, expected.byService ? 200 : 403) ? undefined : `expected FORBIDDEN${expected.byService ? ' by the service' : ''}, got ${told(answer)}`
    case 'hidden': {
      if (answer.status !== 404 || codes(answer) !== 'NOT_FOUND' || answer.data !== null) return `expected NOT_FOUND, got ${told(answer)}`
      return sameBut(answer, await missing(), names)
    }
  }
}

function sameBut(first: GraphAnswer, second: GraphAnswer, names: readonly string[]): string | undefined {
  const [a, b] = [first, second].map(({ status, text }) => nameless({ status, text: text.replace(/\bp[12]\b/g, noProject).replaceAll(/fresh-\d+-[0-9a-f]{8}/g, 'fresh') }, [...names, noProject]))
  return a === b ? undefined : `these should be alike: ${a} | ${b}`
}

/** Fields that are rightly null here; every other field has a value for somebody. */
const rightlyNull = new Set([
  'platform.services.dependencies.detail', // nothing is wrong with any service
])

export async function queryCells(world: World, root: Root, way: Way): Promise<readonly string[]> {
  const cells = new Cells('query')
  const needs = needsOf(way)
  const things = world.shared.p1
  const query = documentOf(way, things, 'p1')
  const missing = documentOf(way, things, noProject)
  let somebodyReached = false
  let somebodySaw = false
  const askAs = (who: Who): Promise<void> =>
    cells.cell(who, async () => {
      const expected = expectedOf(who, root, needs)
      const answer = await ask(world.url, world.as(who), query)
      const values = expected.kind === 'allowed' ? reached(answer.data, way) : undefined
      somebodyReached ||= values !== undefined
      somebodySaw ||= values?.some((v) => v !== null) ?? false
      if (who === 'outsider' && root === 'projects' && /\bp[12]\b/.test(answer.text)) return `a stranger was shown a project: ${told(answer)}`
      return judge(expected, answer, () => ask(world.url, world.as(who), missing), namesOf(things))
    })
  await Promise.all(everybody.map(askAs))
  if (!somebodyReached) cells.deviations.push('hollow: nobody reached the field')
  else if (!somebodySaw && !rightlyNull.has(nameOf(way))) cells.deviations.push('hollow: the field is null for everybody')
  const own = needs.at(-1)
  if (own !== undefined && isPermission(own)) {
    await cells.cell(`token without ${own}`, async () => {
      const answer = await ask(world.url, await world.tokenWithout(own, root === 'platform' ? 'admin' : 'owner'), query)
      const named = answer.errors[0]?.extensions?.permissions ?? []
      return isForbidden(answer, 403) && named.join() === own ? undefined : `expected FORBIDDEN for ${own}, got ${told(answer)}`
    })
    // What the gateway asks for and what the services ask for then must be one and the same.
    await cells.cell('just enough', async () => {
      // A project that one may not read is not in the list.
      const asked: (Need | undefined)[] = root === 'projects' ? [...needs, 'identity.project.read'] : needs
      const enough = [...new Set(asked.filter((need) => need !== undefined && isPermission(need)))]
      const answer = await ask(world.url, await world.tokenWith(enough, root === 'platform' ? 'admin' : 'owner'), query)
      return (await judge({ kind: 'allowed' }, answer, () => Promise.resolve(answer), [])) ?? (reached(answer.data, way) ? undefined : `expected to see the field, got ${told(answer)}`)
    })
  }
  return cells.deviations
}

/** A field that takes an id or a name: what is another project's looks like what never was. */
export async function lookupCells(world: World, root: Root, way: Way): Promise<readonly string[]> {
  const cells = new Cells('query')
  const last = way.at(-1)
  const takes = fieldExamples[`${last?.type.name}.${last?.field.name}`]?.takes ?? []
  if (root !== 'project') return []
  for (const pair of await foreignPairs(world, takes, false))
    await cells.cell(pair.name, async () => {
      const [hidden, never] = await Promise.all([ask(world.url, pair.by, documentOf(way, pair.foreign, pair.project)), ask(world.url, pair.by, documentOf(way, pair.absent, pair.project))])
      return sameBut(hidden, never, pair.given) ?? (reached(hidden.data, way)?.every((v) => v === null) ? undefined : `shown: ${told(hidden)}`)
    })
  return cells.deviations
}

/** Two steps from entity to entity: open to the owner, and nothing at all to who is nobody here. */
export async function edgeCells(world: World, way: Way): Promise<readonly string[]> {
  const cells = new Cells('edge')
  const query = documentOf(way, world.shared.p1, 'p1')
  await cells.cell('owner', async () => {
    const answer = await ask(world.url, world.as('owner'), query)
    if (answer.status !== 200 || answer.errors.length > 0) return `expected to be allowed, got ${told(answer)}`
    return reached(answer.data, way) ? undefined : `hollow: ${told(answer)}`
  })
  for (const [name, credential] of [
    ['outsider', world.as('outsider')],
    ['owner of p2', world.otherOwner],
  ] as const)
    await cells.cell(name, async () => {
      const answer = await ask(world.url, credential, query)
      return judge({ kind: 'hidden' }, answer, () => ask(world.url, credential, documentOf(way, world.shared.p1, noProject)), namesOf(world.shared.p1))
    })
  return cells.deviations
}

/** What a mutation answers with: its payload's fields, and of what they hold every leaf, or nothing but its type. */
function mutationDocument(name: string, { leaves: withLeaves }: { leaves: boolean }): string {
  const field = api.getMutationType()?.getFields()[name]
  const [argument] = field?.args ?? []
  const payload = field && getNamedType(field.type)
  if (!argument || !isObjectType(payload)) throw new Error(`Mutation.${name} takes no input or answers no payload`)
  const leaves = (type: unknown): string =>
    isObjectType(type) && withLeaves
      ? Object.values(type.getFields())
          .flatMap((f) => (isCompositeType(getNamedType(f.type)) || f.args.length > 0 ? [] : [f.name]))
          .join(' ')
      : ''
  const selection = Object.values(payload.getFields()).map((f) => (isCompositeType(getNamedType(f.type)) ? `${f.name} { __typename ${leaves(getNamedType(f.type))} }` : f.name))
  return `mutation($input: ${String(argument.type)}) { ${name}(input: $input) { ${selection.join(' ')} } }`
}

export async function mutationCells(world: World, name: string, example: MutationExample): Promise<readonly string[]> {
  const policy = policyTree.roots.Mutation[name]
  if (!policy) throw new Error(`the policy has no row for ${name}`)
  const root: Root = typeof policy.place === 'object' ? 'project' : 'platform'
  const permission = isPermission(policy.needs) ? policy.needs : undefined
  const document = mutationDocument(name, { leaves: true })
  const cells = new Cells('mutation')
  const credentialOf = async (who: Who): Promise<Credential> => (example.by === 'spare' ? world.spare(who) : example.by === 'password' ? world.inPerson(who) : world.as(who))
  const run = (credential: Credential, who: Who, things: Things, project = 'p1', text = document) => {
    const account = example.by === 'spare' ? { username: 'spare', password: sparePassword } : world.account(who)
    return ask(world.url, credential, text, { input: example.input(things, { project, ...account, fresh: newName('fresh') }) })
  }
  const outcome = (who: Who): Expected => expectedOf(who, root, [policy.needs], { writes: true })
  /** A token that is to be revoked is the asker's own. */
  const things = async (by: Credential): Promise<Things> => ({ ...world.shared.p1, ...(await world.make(example.takes, 'p1', by)) })
  const maker = example.by === undefined ? world.as('owner') : world.inPerson('owner')

  const refused = await things(maker)
  if (permission !== undefined) await world.tokenWithout(permission, bearerOf(permission)) // made before we look
  await cells.withoutTrace(world, 'a refused mutation', async () => {
    for (const who of everybody.filter((w) => outcome(w).kind !== 'allowed'))
      await cells.cell(who, async () => judge(outcome(who), await run(world.as(who), who, refused), () => run(world.as(who), who, refused, noProject), namesOf(refused)))
    if (permission !== undefined) await cells.cell(`token without ${permission}`, () => narrow(permission))
  })
  async function narrow(missing: Permission): Promise<string | undefined> {
    const answer = await run(await world.tokenWithout(missing, bearerOf(missing)), 'owner', refused)
    return isForbidden(answer, 403) && answer.errors[0]?.extensions?.permissions?.join() === missing ? undefined : `expected FORBIDDEN for ${missing}, got ${told(answer)}`
  }
  /** One permission and nothing else does the whole of it or nothing: never first the deed and then the refusal. */
  async function alone(only: Permission, bare: string): Promise<void> {
    const [of, token] = [await things(maker), await world.tokenWith([only], bearerOf(only))]
    const before = await world.dump.take()
    await cells.cell(`only ${only}`, async () => {
      const answer = await run(token, 'owner', of, 'p1', bare)
      if (answer.status === 200 && answer.errors.length === 0) return undefined
      return isForbidden(answer, 200) ? traceOf(before, await world.dump.take()) : `expected to be allowed or forbidden, got ${told(answer)}`
    })
  }
  for (const who of everybody.filter((w) => outcome(w).kind === 'allowed'))
    await cells.cell(who, async () => {
      const credential = await credentialOf(who)
      const answer = await run(credential, who, await things(example.takes.includes('token') ? credential : maker))
      return judge({ kind: 'allowed' }, answer, () => Promise.resolve(answer), [])
    })
  if (permission !== undefined) {
    const bare = mutationDocument(name, { leaves: false })
    await cells.cell('just enough', async () => {
      const answer = await run(await world.tokenWith(enoughFor(permission), bearerOf(permission)), 'owner', await things(maker), 'p1', bare)
      if (example.by === 'password') return isForbidden(answer, 200) ? undefined : `a token may not do this, got ${told(answer)}`
      return judge({ kind: 'allowed' }, answer, () => Promise.resolve(answer), [])
    })
    await alone(permission, bare)
  }
  if (makerMay(permission, example.takes))
    await cells.cell('maker', async () => {
      const answer = await run(world.as('contributor'), 'contributor', await things(world.as('contributor')))
      return judge({ kind: 'allowed' }, answer, () => Promise.resolve(answer), [])
    })
  for (const pair of await foreignPairs(world, example.takes, true)) {
    const both = (): Promise<void> =>
      cells.cell(pair.name, async () => sameBut(await run(pair.by, 'owner', pair.foreign, pair.project), await run(pair.by, 'owner', pair.absent, pair.project), pair.given))
    if (example.takes.length === 1) await cells.withoutTrace(world, pair.name, both)
    else await both()
  }
  return cells.deviations
}
