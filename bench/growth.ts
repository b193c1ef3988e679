/**
 * `npm run bench:growth`: what a page of a search costs in an experiment of 2,000, 20,000 and 200,000 runs
 * (10 metrics, 10 params, 6 tags each), on the embedded PostgreSQL and the project's Node. One client, so that a request's
 * cost is not hidden by a queue.
 *
 *   npm run bench:growth -- [--runs 2000,20000,200000] [--seconds 3] [--json FILE]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '#shared/local-servers/programs.ts'
import { measure, type Workload } from './driver/load.ts'
import { loadAverage } from './driver/proc.ts'
import { summarise, type Cell } from './driver/summary.ts'
import { Target } from './driver/target.ts'
import { startSharedPostgres } from './servers/postgres.ts'
import { startSluice } from './servers/sluice.ts'
import { filtered, searchWorkload, unfiltered, type Search } from './workloads/reading.ts'

const searches: Readonly<Record<string, Search>> = {
  'filter and order, 6 %': filtered,
  'first page, no filter': unfiltered,
  '1 % by the filtered metric': { filter: 'metrics.acc > 0.99', order_by: ['metrics.acc DESC'] },
  '10 % by the filtered metric': { filter: 'metrics.acc > 0.9', order_by: ['metrics.acc DESC'] },
  // m1 is high exactly where acc is low: the walk along the order passes 6 of 10 runs before its first match.
  '1 %, against the order': { filter: 'metrics.acc < 0.01', order_by: ['metrics.m1 ASC'] },
}

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '2000,20000,200000' }, seconds: { type: 'string', default: '3' }, json: { type: 'string' } } })
const sizes = options.runs.split(',').map(Number)

const ms = (x: number): string => x.toFixed(1)

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-growth-'))
  const postgres = await startSharedPostgres(directory)
  const own = join(directory, 'server')
  await mkdir(own)
  const place = { directory: own, databaseUrl: await postgres.newDatabase('growth'), postmaster: postgres.postmaster, port: await freePort(), startTwice: false, progress: () => undefined }
  const server = await startSluice(place)
  const found: { search: string; cells: Cell[] }[] = []
  try {
    const target = new Target(server.target)
    for (const [search, find] of Object.entries(searches)) {
      const cells: Cell[] = []
      for (const size of sizes) {
        const workload: Workload = searchWorkload(`${search}, ${size}`, size, find)
        await workload.seed?.(target)
        const bounds = { workers: 1, requests: 500, seconds: Number(options.seconds) }
        cells.push(summarise('sluice', workload, [await measure(target, workload, bounds)]))
      }
      found.push({ search, cells })
    }
  } finally {
    await server.stop()
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  }
  const rows = found.map(({ search, cells }) => {
    const [first, last] = [cells[0], cells.at(-1)]
    const growth = first && last ? (last.server + last.postgres) / (first.server + first.postgres) : Number.NaN
    return [search, ...cells.map((c) => `${ms(c.server)} + ${ms(c.postgres)} (p50 ${ms(c.p50)})`), `${growth.toFixed(2)}×`]
  })
  const head = ['search', ...sizes.map((n) => `${n.toLocaleString('en-US')} runs: CPU ms server + PostgreSQL`), 'growth']
  process.stdout.write(
    `PostgreSQL ${postgres.version}, Node ${process.version}, load ${loadAverage()}\n\n${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`,
  )
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(found, null, 1)}\n`)
}

await main()
process.exit(0)
