/** The cells of the matrix that were really asked, and what was wrong in them. */
import { changes } from './dump.ts'
import type { Kind, Things } from './things.ts'
import { absent, isolated, namesOf } from './things.ts'
import type { World } from './world.ts'
import type { Credential } from './wire.ts'

/** How many cells were asked, by part of the matrix. */
export const asked: Record<'rest' | 'query' | 'mutation' | 'edge', number> = { rest: 0, query: 0, mutation: 0, edge: 0 }

export function traceOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string | undefined {
  const changed = changes(before, after)
  return changed.length === 0 ? undefined : `refused, but it changed ${changed.join(', ')}`
}

export class Cells {
  readonly deviations: string[] = []
  constructor(private readonly part: keyof typeof asked) {}

  /** One cell: `wrong` says what is wrong with it, or nothing. */
  async cell(name: string, wrong: () => Promise<string | undefined>): Promise<void> {
    asked[this.part]++
    const why = await wrong()
    if (why !== undefined) this.deviations.push(`${name}: ${why}`)
  }

  /** Runs what must leave no trace. */
  async withoutTrace(world: World, what: string, work: () => Promise<void>): Promise<void> {
    const before = await world.dump.take()
    await work()
    const trace = traceOf(before, await world.dump.take())
    if (trace) this.deviations.push(`${what}: ${trace}`)
  }
}

/** Somebody in the own project naming one thing that is another project's, and the same with one that never was. */
export interface ForeignPair {
  readonly name: string
  readonly project: 'p1' | 'p2'
  readonly by: Credential
  readonly foreign: Things
  readonly absent: Things
  /** Everything that may differ between the two answers. */
  readonly given: readonly string[]
}

/** For each isolated kind that an example takes, in both directions. The other things are the asker's own, `fresh` for each request that changes them. */
export async function foreignPairs(world: World, takes: readonly Kind[], fresh: boolean): Promise<ForeignPair[]> {
  const pairs: ForeignPair[] = []
  for (const kind of takes.filter((k) => isolated.has(k))) {
    for (const [project, by, other, otherOwner] of [
      ['p1', world.as('owner'), 'p2', world.otherOwner],
      ['p2', world.otherOwner, 'p1', world.as('owner')],
    ] as const) {
      const rest = takes.filter((k) => k !== kind)
      const own = async (): Promise<Things> => ({ ...world.shared[project], ...(fresh ? await world.make(rest, project, by) : {}) })
      const theirs: Things = { ...world.shared[other], ...(fresh ? await world.make([kind], other, otherOwner) : {}) }
      const [first, second] = [await own(), await own()]
      const foreign = { ...first, [kind]: theirs[kind] }
      const never = { ...second, [kind]: absent[kind] }
      pairs.push({ name: `${project === 'p1' ? 'owner' : 'owner of p2'} with ${kind} of ${other}`, project, by, foreign, absent: never, given: [...namesOf(foreign), ...namesOf(never)] })
    }
  }
  return pairs
}
