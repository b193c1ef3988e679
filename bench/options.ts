/** What `npm run bench` can be told. */
import { parseArgs } from 'node:util'

export const help = `npm run bench -- [options]      MLflow, FastTrackML and Sluice side by side on one PostgreSQL

  --quick            one short round with small fixtures (about 3 minutes instead of 12)
  --targets a,b      some of mlflow, fasttrackml, sluice
  --only a,b*        workloads to run (* = any ending)
  --rounds N         rounds per workload            --seconds S   seconds per round
  --node-flags="..." flags of Sluice's Node, instead of those of scripts/start.mjs
  --json FILE        write every figure             --write       put the tables into docs/performance.md
  --keep             leave the databases and logs behind`

export interface BenchOptions {
  readonly quick: boolean
  readonly targets: readonly string[]
  readonly only: readonly string[]
  readonly rounds: number
  readonly seconds: number
  readonly nodeFlags: readonly string[] | undefined
  readonly json: string | undefined
  readonly write: boolean
  readonly keep: boolean
}

const listOf = (text: string): string[] => text.split(',').filter((item) => item !== '')

/** Undefined when only help was wanted. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      targets: { type: 'string', default: 'mlflow,fasttrackml,sluice' },
      only: { type: 'string', default: '*' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'node-flags': { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    quick: values.quick,
    targets: listOf(values.targets),
    only: listOf(values.only),
    rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
    seconds: Number(values.seconds ?? (values.quick ? 1 : 2)),
    nodeFlags: values['node-flags']?.split(' ').filter((flag) => flag !== ''),
    json: values.json,
    write: values.write,
    keep: values.keep,
  }
}

export const isChosen = (only: readonly string[], id: string): boolean => only.some((pattern) => id === pattern || (pattern.endsWith('*') && id.startsWith(pattern.slice(0, -1))))
