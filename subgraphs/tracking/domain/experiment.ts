/** An experiment: a named place for runs. Deleting moves it to the trash; its name stays taken. */
export interface Tag {
  readonly key: string
  readonly value: string
}

export interface Experiment {
  /** 18 digits, or '0' for the Default experiment of the project. Text on every wire. */
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly artifactLocation: string
  /** Epoch ms. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly ownerId: string | null
  /** Sorted by key. */
  readonly tags: readonly Tag[]
}

/** Which lifecycle stages a list shows. */
export type LifecycleView = 'ACTIVE' | 'DELETED' | 'ALL'

export const defaultExperimentId = '0'
export const defaultExperimentName = 'Default'
