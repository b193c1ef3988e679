/**
 * Every call from one subsystem to another, as types. In one process a port is the function itself; apart it is an HTTP
 * call (shared/port-transport.ts), so arguments and results are plain JSON. Deadline 2 s, no retries on writes; an
 * answer that does not come is UNAVAILABLE.
 */
import type { Caller, ProjectRef, Snapshot } from '#shared/actor.ts'
import type { DependencyHealth, SubgraphName } from '#shared/subsystem.ts'

/** A credential as the door found it. */
export type Credential =
  | { readonly kind: 'session'; readonly secret: string }
  | { readonly kind: 'token'; readonly secret: string }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }

export interface IdentityPort {
  /** Who a credential belongs to: the caller without its request id, or null when it is not (or no longer) valid. */
  authenticate(credential: Credential, clientAddress: string): Promise<Omit<Caller, 'requestId'> | null>
  /** Grows with every change that a decision could depend on. */
  epoch(): Promise<number>
  snapshot(subjectId: string): Promise<Snapshot>
  /** For reconcilers: the live projects. */
  projects(): Promise<ProjectRef[]>
}

/** A run as other subsystems may know it. */
export interface RunReference {
  readonly runId: string
  readonly experimentId: string
  readonly artifactUri: string
  readonly active: boolean
}

export interface TrackingPort {
  /** The run, or null when it is not in the project. */
  run(projectId: string, runId: string): Promise<RunReference | null>
  /**
   * Maps a model version's `source` (`runs:/…`, `models:/m-…`, `mlflow-artifacts:/…`) onto an artifact root of the
   * project. Null when it maps to nothing there: the registry answers 400 (design section 4).
   */
  modelSource(project: ProjectRef, source: string, runId: string | null): Promise<{ readonly artifactUri: string; readonly runId: string | null; readonly modelId: string | null } | null>
}

export interface DatasetVersionReference {
  readonly datasetId: string
  readonly versionId: string
  readonly name: string
  readonly version: number
  readonly sha256: string
}

export interface DatasetsPort {
  /** The version behind `<base>/p/<project>/datasets/<name>/versions/<n>`, or null when it is not in the project. */
  version(projectId: string, name: string, version: number): Promise<DatasetVersionReference | null>
}

export interface RegistryPort {
  /** Ids of the given runs that a model version still points at: purging must spare their artifacts. */
  runsInUse(projectId: string, runIds: readonly string[]): Promise<string[]>
}

export interface HealthPort {
  health(): Promise<readonly { readonly service: SubgraphName | 'gateway' | 'web'; readonly dependencies: readonly DependencyHealth[]; readonly ok: boolean }[]>
}

export interface Ports {
  readonly identity: IdentityPort
  readonly tracking: TrackingPort
  readonly registry: RegistryPort
  readonly datasets: DatasetsPort
  readonly platform: HealthPort
}

/** The methods of each port, for transports. A method that is missing here does not compile. */
type AllMethods<Port> = { readonly [Method in keyof Port]: true }
const methodsOf = <Port>(all: AllMethods<Port>): readonly (keyof Port & string)[] => Object.keys(all) as (keyof Port & string)[] // the keys of a total record
export const portMethods = {
  identity: methodsOf<IdentityPort>({ authenticate: true, epoch: true, snapshot: true, projects: true }),
  tracking: methodsOf<TrackingPort>({ run: true, modelSource: true }),
  registry: methodsOf<RegistryPort>({ runsInUse: true }),
  datasets: methodsOf<DatasetsPort>({ version: true }),
}
