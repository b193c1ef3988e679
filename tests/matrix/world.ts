/** One embedded platform with everybody of the matrix: a person for each role of p1, an owner of p2 who is nobody in p1, and strangers. */
import type { Permission } from '#shared/policy.ts'
import { permissions, type Role } from '#shared/policy.ts'
import { makePeople, passwordOf } from '../harness/people.ts'
import { adminPassword, startPlatform, type Platform } from '../harness/platform.ts'
import { signIn } from '../../examples/demo/person.ts'
import { openDump, type Dump } from './dump.ts'
import { absent, type Ground, type Kind, Maker, newName, type Things } from './things.ts'
import { ask, basic, bearer, type Credential } from './wire.ts'

/** Who asks about p1. */
export const everybody = ['admin', 'owner', 'maintainer', 'contributor', 'viewer', 'outsider', 'anonymous'] as const
export type Who = (typeof everybody)[number]
/** The role in p1; an administrator and strangers have none. */
export const roleOf: Readonly<Record<Who, Role | undefined>> = {
  admin: undefined,
  owner: 'owner',
  maintainer: 'maintainer',
  contributor: 'contributor',
  viewer: 'viewer',
  outsider: undefined,
  anonymous: undefined,
}
/** A project that never was. */
export const noProject = 'never-a-project'

const accounts: Readonly<Record<Exclude<Who, 'anonymous'>, string>> = { admin: 'admin', owner: 'alice', maintainer: 'maxim', contributor: 'bob', viewer: 'vera', outsider: 'mallory' }
const secretOf = (account: string): string => (account === 'admin' ? adminPassword : passwordOf(account))

export interface World {
  readonly url: string
  readonly dump: Dump
  /** Things of p1 and of p2 that are only read, joined with each other; made by the project's owner. */
  readonly shared: Readonly<Record<'p1' | 'p2', Things>>
  /** The owner of p2, who is nothing in p1. */
  readonly otherOwner: Credential
  as(who: Who): Credential
  /** Signed in with the password, for what a token may not do. */
  inPerson(who: Who): Credential
  /** What somebody signs in with; whoever is anonymous may still know how. */
  account(who: Who): { readonly username: string; readonly password: string }
  /** Somebody of the same role who may lose the password. */
  spare(who: Who): Promise<Credential>
  /** A token of p1's owner, or of the administrator, that carries everything but one permission. */
  tokenWithout(permission: Permission, of: 'owner' | 'admin'): Promise<Credential>
  /** The same with nothing but these. */
  tokenWith(permissions: readonly Permission[], of: 'owner' | 'admin'): Promise<Credential>
  /** New things of a project. */
  make<K extends Kind>(kinds: readonly K[], project: 'p1' | 'p2', by: Credential): Promise<Pick<Things, K>>
  stop(): Promise<void>
}

export const sparePassword = 'the password of a spare'

export async function createWorld(): Promise<World> {
  const platform = await startPlatform('embedded', { flags: ['--webhook-allow-private', 'on', '--webhook-allowed-schemes', 'http'] }) // the test call of a webhook stays on this machine
  const people = await makePeople(platform.admin)
  await join(platform, 'maxim', 'p1', 'MAINTAINER')
  await join(platform, 'otto', 'p2', 'OWNER')
  const tokenOf = async (account: string) => bearer(await signIn(platform.url, account, secretOf(account)).newToken('matrix'))
  const tokens: Readonly<Record<Who, Credential>> = {
    admin: await tokenOf('admin'),
    owner: bearer(people.tokens.alice),
    maintainer: await tokenOf('maxim'),
    contributor: bearer(people.tokens.bob),
    viewer: bearer(people.tokens.vera),
    outsider: bearer(people.tokens.mallory),
    anonymous: {},
  }
  const otherOwner = await tokenOf('otto')
  const memberships = (['owner', 'maintainer', 'contributor', 'viewer'] as const).map((who) => [accounts[who], who.toUpperCase()] as const)
  const ground: Ground = { url: platform.url, admin: tokens.admin, memberships }
  const shared = { p1: await joinedThings(new Maker(ground, 'p1', tokens.owner), platform.url), p2: await joinedThings(new Maker(ground, 'p2', otherOwner), platform.url) }
  await ask(platform.url, basic('alice', passwordOf('alice')), 'mutation($input: CreateTokenInput!) { createToken(input: $input) { __typename } }', {
    input: { name: 'bound', project: 'p1', permissions: ['identity.project.read'] },
  })
  const dump = await openDump(platform.dataDirectory)
  const narrow = new Map<string, Promise<Credential>>()
  const tokenFor = (carried: readonly Permission[], of: 'owner' | 'admin'): Promise<Credential> => {
    const key = `${of} ${[...carried].sort()}`
    const known = narrow.get(key) ?? narrowToken(platform.url, basic(accounts[of], secretOf(accounts[of])), carried)
    narrow.set(key, known)
    return known
  }

  return {
    url: platform.url,
    dump,
    shared,
    otherOwner,
    as: (who) => tokens[who],
    inPerson: (who) => (who === 'anonymous' ? {} : basic(accounts[who], secretOf(accounts[who]))),
    account: (who) => {
      const username = accounts[who === 'anonymous' ? 'viewer' : who]
      return { username, password: secretOf(username) }
    },
    spare: (who) => (who === 'anonymous' ? Promise.resolve({}) : spareAccount(platform, tokens.admin, who)),
    tokenWithout: (permission, of) =>
      tokenFor(
        permissions.filter((p) => p !== permission),
        of,
      ),
    tokenWith: tokenFor,
    async make(kinds, project, by) {
      const maker = new Maker(ground, project, by, shared[project])
      const made: Partial<Things> = {}
      for (const kind of kinds) Object.assign(made, { [kind]: await maker.make(kind) })
      return made as Things // one of each kind that was asked for
    },
    async stop() {
      await dump.close()
      await platform.stop()
    },
  }
}

async function join({ admin }: Platform, account: string, project: string, role: string): Promise<void> {
  await admin.ensureUser(account, account, passwordOf(account))
  await admin.setMember(project, account, role)
}

async function spareAccount({ url, admin }: Platform, adminToken: Credential, who: Exclude<Who, 'anonymous'>): Promise<Credential> {
  const name = newName('spare')
  await admin.ensureUser(name, name, sparePassword)
  if (who === 'admin') await ask(url, adminToken, 'mutation($input: UpdateUserInput!) { updateUser(input: $input) { __typename } }', { input: { username: name, isAdmin: true } })
  else if (who !== 'outsider') await admin.setMember('p1', name, who.toUpperCase())
  return basic(name, sparePassword)
}

async function narrowToken(url: string, owner: Credential, carried: readonly Permission[]): Promise<Credential> {
  const input = { name: 'narrow', permissions: carried }
  const { data, errors } = await ask(url, owner, 'mutation($input: CreateTokenInput!) { createToken(input: $input) { secret } }', { input })
  if (errors.length > 0) throw new Error(`no token: ${JSON.stringify(errors)}`)
  return bearer((data as { createToken: { secret: string } }).createToken.secret) // the shape of the document above
}

/** A dataset that a run read, a logged model that the run made, a registered version of it: every edge of the graph leads somewhere. */
async function joinedThings(maker: Maker, url: string): Promise<Things> {
  const experiment = await maker.make('experiment')
  const run = await maker.runIn(experiment.id)
  const dataset = await maker.make('dataset')
  const loggedModel = await maker.modelOf(run)
  const source = `${url}/p/${maker.project}/datasets/${dataset.name}/versions/1`
  await maker.mlflow('runs/log-inputs', {
    run_id: run.id,
    datasets: [{ tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset: { name: dataset.name, digest: 'd', source_type: 'http', source } }],
  })
  await maker.mlflow('runs/outputs', { run_id: run.id, models: [{ model_id: loggedModel.id, step: 1 }] })
  await maker.mlflow('runs/log-metric', { run_id: run.id, key: 'of-model', value: 1, timestamp: 1, step: 1, model_id: loggedModel.id, dataset_name: dataset.name, dataset_digest: 'd' })
  await maker.mlflow('runs/update', { run_id: run.id, status: 'FINISHED', end_time: 2 })
  const model = await maker.registered(run, loggedModel)
  await maker.promote(model.name)
  const described = { name: model.name, description: 'described' }
  await maker.mlflow('registered-models/update', described, 'PATCH')
  await maker.mlflow('model-versions/update', { ...described, version: '1' }, 'PATCH')
  const webhook = await maker.make('webhook')
  const trace = await maker.make('trace')
  const evaluationDataset = await maker.make('evaluationDataset')
  const scorer = await maker.make('scorer')
  return { ...absent, experiment, run, dataset, loggedModel, model, plainModel: model, webhook, trace, evaluationDataset, scorer }
}
