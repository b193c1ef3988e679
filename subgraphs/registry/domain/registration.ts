/**
 * Registering a version crosses subsystems: what its source is, only tracking knows. So the version gets its number and
 * is PENDING, tracking is asked, and only then it is READY (design section 6, Across stores). Whoever finds a PENDING
 * version that nobody works on goes on with it: the client that repeats its request, else the reconciler.
 */
import { createHash } from 'node:crypto'
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { conflict, DomainError } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { Ports } from '#ports'
import { isPrompt, type ModelVersion, type RegisteredModel, type Tag } from '#registry/domain/model.ts'
import { factsOf, modelNotFound, type ModelReads } from '#registry/domain/model-reads.ts'
import { descriptionOf, tagsOf } from '#registry/domain/names.ts'
import { readSource, type Source } from '#registry/domain/source.ts'
import { createLocate, inTime, type Locate, type Place, type Wanted } from '#registry/domain/source-location.ts'
import type { ModelStore, VersionStore } from '#registry/domain/store.ts'
import { announcer } from '#registry/domain/webhook-events.ts'

export interface RegistrationDeps {
  readonly models: ModelReads
  readonly modelStore: ModelStore
  readonly store: VersionStore
  readonly ports: () => Pick<Ports, 'identity' | 'tracking'>
  readonly now: () => number
  readonly log: Log
}

export interface RegisterInput {
  readonly name: string
  readonly source: string
  readonly runId?: string | null
  readonly runLink?: string | null
  readonly loggedModelId?: string | null
  readonly description?: string | null
  readonly tags?: readonly Tag[]
}

export interface Registration {
  register(scope: Scope, input: RegisterInput): Promise<ModelVersion>
  /** Finishes or fails what a crash or a silent tracking left behind. The 30-second work of every process. */
  reconcile(): Promise<void>
}

/** How long one attempt owns a version: longer than the deadline of the port, so that two never work on it. */
const CLAIM_MS = 15_000
/** A version that could not be placed for so long never will be. */
const GIVE_UP_MS = 60 * 60_000
/** Stock clients repeat a request for a few minutes (security.md 0.14). */
const REPEATS_MS = 15 * 60_000

const isRefusal = (error: unknown): boolean => error instanceof DomainError && (error.code === 'INVALID' || error.code === 'NOT_FOUND')

export function createRegistration(deps: RegistrationDeps): Registration {
  const { models, modelStore, store, ports, now } = deps
  const locate = createLocate(modelStore, store, ports)

  const begin = async (
    scope: Scope,
    model: RegisteredModel,
    intent: Wanted & { readonly runLink: string; readonly description: string | null; readonly tags: readonly Tag[] },
  ): Promise<{ id: string; done: boolean }> => {
    const projectId = scope.project.id
    const createdBy = scope.actor.subjectId
    const intentKey = createHash('sha256')
      .update(JSON.stringify([createdBy, model.id, intent.source, intent.runId, intent.runLink, intent.loggedModelId, intent.description, intent.tags.map((t) => [t.key, t.value])]))
      .digest('hex')
    const at = now()
    const adopted = await store.adopt(projectId, model.id, intentKey, at, at + CLAIM_MS)
    if (adopted) return { id: adopted.id, done: adopted.status === 'READY' }
    const inserted = await store.insert(projectId, { ...intent, id: newId(), modelId: model.id, intentKey, createdBy, at, claimedUntil: at + CLAIM_MS })
    if (!inserted) throw modelNotFound(model.name)
    return { id: inserted.id, done: false }
  }

  /** Asks tracking and ends the intent; a refusal takes it back, silence leaves it for the next attempt. */
  const finish = async (project: ProjectRef, model: RegisteredModel, id: string, source: Source, wanted: Wanted): Promise<void> => {
    let place: Place
    try {
      place = await locate(project, source, wanted)
    } catch (error) {
      await (isRefusal(error) ? store.withdraw(project.id, id) : store.release(project.id, id))
      throw error
    }
    // Should the reconciler have been quicker, the answer is given now all the same.
    const at = now()
    const settled = await store.settle(project.id, id, { ...place, status: 'READY', answered: true, at }, (ready) => announcer(project, at).versionCreated(model, ready))
    if (!settled) await store.answered(project.id, id)
  }

  return {
    async register(scope, input) {
      const model = await models.resolve(scope, input.name)
      demand(scope, 'registry.version.create', factsOf(model))
      const source = readSource(input.source, isPrompt(model.tags))
      // Whoever names another model must be able to see it.
      if (source.kind === 'version') await models.resolve(scope, source.model)
      const wanted = { source: input.source, runId: storable(input.runId, 'run_id'), loggedModelId: storable(input.loggedModelId, 'model_id') }
      const { id, done } = await begin(scope, model, { ...wanted, runLink: storable(input.runLink, 'run_link') ?? '', description: descriptionOf(input.description), tags: tagsOf(input.tags) })
      if (done) await store.answered(scope.project.id, id)
      else await finish(scope.project, model, id, source, wanted)
      const [version] = await store.byIds(scope.project.id, [id])
      if (!version) throw conflict(`The model version was deleted while it was being registered (name=${model.name}).`)
      return version
    },

    reconcile: createReconciler(deps, locate),
  }
}

/** Finishes or fails what a crash or a silent tracking left behind. */
function createReconciler({ modelStore, store, ports, now, log }: RegistrationDeps, locate: Locate): () => Promise<void> {
  const reconcileOne = async (projects: ReadonlyMap<string, ProjectRef>, projectId: string, id: string): Promise<void> => {
    const [version] = await store.byIds(projectId, [id])
    if (!version) return
    const failed = () => store.settle(projectId, id, { status: 'FAILED_REGISTRATION', artifactUri: null, runId: version.runId, loggedModelId: version.loggedModelId, answered: true, at: now() })
    const project = projects.get(projectId)
    if (!project) return void (await failed())
    try {
      const [model] = await modelStore.byIds(projectId, [version.modelId])
      if (!model) return // and with it the version
      const place = await locate(project, readSource(version.source, isPrompt(model.tags)), version)
      const at = now()
      await store.settle(projectId, id, { ...place, status: 'READY', answered: false, at }, (ready) => announcer(project, at).versionCreated(model, ready))
    } catch (error) {
      if (isRefusal(error) || version.createdAt < now() - GIVE_UP_MS) await failed()
      else {
        log.warn({ err: error, versionId: id }, 'a model version waits for tracking')
        await store.release(projectId, id)
      }
    }
  }

  return async () => {
    const at = now()
    const abandoned = await store.claimAbandoned(at, at + CLAIM_MS, 100)
    if (abandoned.length > 0) {
      const projects = new Map((await inTime('identity', ports().identity.projects())).map((project) => [project.id, project]))
      for (const { projectId, id } of abandoned) await reconcileOne(projects, projectId, id)
    }
    await store.forgetIntents(now() - REPEATS_MS)
  }
}

const storable = (text: string | null | undefined, field: string): string | null => (text ? storableText(text, field, 500) : null)
