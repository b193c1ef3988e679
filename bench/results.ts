/** Everything a run of the benchmark found. */
import type { Cell } from './driver/summary.ts'
import type { Missing } from './suite.ts'
import type { Mixed } from './workloads/mixed.ts'

export interface ServerFigures {
  readonly name: string
  readonly version: string
  readonly startSeconds: number
  readonly startCpuSeconds: number
  readonly processes: number
  readonly idlePss: number
  readonly idleCores: number
  loadedPss: number
}

export interface Disk {
  readonly target: string
  readonly points: number
  readonly bytesPerPoint: number
  readonly what: 'batches of 1,000' | 'single points' | 'single points, compacted'
}

export interface Results {
  readonly when: string
  readonly machine: string
  readonly postgres: string
  readonly node: string
  readonly nodeFlags: readonly string[]
  readonly isQuick: boolean
  readonly rounds: number
  readonly seconds: number
  readonly loadBefore: string
  loadAfter: string
  readonly servers: ServerFigures[]
  readonly cells: Cell[]
  readonly missing: Missing[]
  readonly disk: Disk[]
  /** The same workloads at 32 clients: what failed. */
  readonly crowded: Cell[]
  readonly mixed: Mixed[]
  /** Sluice with authentication on and off. */
  readonly unauthenticated: Cell[]
}

export const cellOf = (cells: readonly Cell[], target: string, workload: string): Cell | undefined => cells.find((c) => c.target === target && c.workload === workload && c.requests > 0)
export const cpu = (cell: Cell): number => cell.server + cell.postgres
