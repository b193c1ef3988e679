/** `npm run bench`: the peers and Sluice side by side, one PostgreSQL, one machine, one table (README.md). */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#shared/local-servers/programs.ts'
import { repositoryPath } from '#shared/paths.ts'
import { diskOfBatches, diskOfSinglePoints } from './disk.ts'
import { cpuOf, loadAverage, processTree, pssBytes } from './driver/proc.ts'
import { Target } from './driver/target.ts'
import { help, isChosen, readOptions, type BenchOptions } from './options.ts'
import { report } from './report.ts'
import type { Results, ServerFigures } from './results.ts'
import { startFastTrackMl, startMlflow } from './servers/peers.ts'
import { startSharedPostgres, type SharedPostgres } from './servers/postgres.ts'
import type { Place, Server } from './servers/server.ts'
import { defaultNodeFlags, startSluice } from './servers/sluice.ts'
import { runWorkload, searchSizes, workloads } from './suite.ts'
import { runMixed } from './workloads/mixed.ts'

const say = (what: string): void => void process.stderr.write(`${what}\n`)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const clients = 8
const crowd = 32
const crowded = ['create-run', 'log-metric', 'get-run', 'search-2000']
const withAndWithout = ['create-run', 'log-metric', 'get-run', 'search-2000']

type Starter = (place: Place) => Promise<Server>

function starters(options: BenchOptions): [string, Starter][] {
  const sluice: Starter = (place) => startSluice(place, options.nodeFlags === undefined ? {} : { nodeFlags: options.nodeFlags })
  const all: [string, Starter][] = [
    ['mlflow', startMlflow],
    ['fasttrackml', startFastTrackMl],
    ['sluice', sluice],
  ]
  return all.filter(([name]) => options.targets.includes(name))
}

async function startServer(name: string, start: Starter, directory: string, postgres: SharedPostgres, startTwice = true): Promise<Server> {
  const own = join(directory, name)
  await mkdir(own, { mode: 0o755 })
  const place = { directory: own, databaseUrl: await postgres.newDatabase(`bench_${name.replaceAll('-', '_')}`), postmaster: postgres.postmaster, port: await freePort(), startTwice, progress: say }
  say(`starting ${name}`)
  return start(place)
}

async function figuresOf(server: Server): Promise<ServerFigures> {
  const pid = server.target.server ?? 0
  const [before = 0] = cpuOf([pid])
  await pause(3_000)
  const [after = 0] = cpuOf([pid])
  const idlePss = pssBytes(pid)
  return {
    name: server.target.name,
    version: server.version,
    startSeconds: server.start.seconds,
    startCpuSeconds: server.start.cpuSeconds,
    processes: processTree(pid).length,
    idlePss,
    idleCores: (after - before) / 3,
    loadedPss: idlePss,
  }
}

function emptyResults(options: BenchOptions, postgres: SharedPostgres): Results {
  return {
    when: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`,
    postgres: postgres.version,
    node: process.version,
    nodeFlags: options.nodeFlags ?? defaultNodeFlags,
    isQuick: options.quick,
    rounds: options.rounds,
    seconds: options.seconds,
    loadBefore: loadAverage(),
    loadAfter: '',
    servers: [],
    cells: [],
    missing: [],
    disk: [],
    crowded: [],
    mixed: [],
    unauthenticated: [],
  }
}

async function measureAll(options: BenchOptions, targets: readonly Target[], results: Results): Promise<void> {
  const bounds = { workers: clients, requests: 2_000, seconds: options.seconds }
  const chosen = workloads(options.quick).filter(({ id }) => isChosen(options.only, id))
  for (const workload of chosen) {
    const run = () => runWorkload(targets, workload, options.rounds, bounds, results.missing)
    const cells = workload.id === 'log-batch-1000' ? await diskOfBatches(targets, run, results) : await run()
    results.cells.push(...cells)
    for (const c of cells)
      say(
        `${c.workload} ${c.target}: ${c.perSecond.toFixed(1)}/s, p50 ${c.p50.toFixed(1)} ms, CPU ${c.server.toFixed(2)} + ${c.postgres.toFixed(2)} ms${c.errors > 0 ? `, ${c.errors} ERRORS: ${c.firstError}` : ''}`,
      )
  }
  for (const workload of chosen.filter(({ id }) => crowded.includes(id))) {
    results.crowded.push(...(await runWorkload(targets, workload, 1, { ...bounds, workers: crowd, seconds: 2 }, results.missing)))
  }
  if (isChosen(options.only, 'mixed')) {
    for (const t of targets) {
      await runMixed(t, searchSizes(options.quick).at(-1) ?? 0, options.quick ? 4 : 10).then(
        (mixed) => results.mixed.push(mixed),
        (error: Error) => results.missing.push({ target: t.name, workload: 'mixed', reason: error.message }),
      )
    }
  }
}

/** Sluice twice, with and without authentication, taking turns. */
async function measureAuthentication(options: BenchOptions, sluice: Target, off: Target, results: Results): Promise<void> {
  for (const workload of workloads(true).filter(({ id }) => withAndWithout.includes(id))) {
    results.unauthenticated.push(...(await runWorkload([sluice, off], workload, Math.max(options.rounds, 2), { workers: clients, requests: 5_000, seconds: options.seconds }, results.missing)))
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (!options) return void process.stdout.write(`${help}\n`)
  const directory = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
  const postgres = await startSharedPostgres(directory)
  const results = emptyResults(options, postgres)
  const running: Server[] = []
  const stopAll = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((server) => server.stop()))
    await postgres.stop()
    if (!options.keep) await rm(directory, { recursive: true, force: true })
  }
  process.once('SIGINT', () => void stopAll().then(() => process.exit(130)))
  try {
    for (const [name, start] of starters(options)) {
      const server = await startServer(name, start, directory, postgres, options.rounds > 1)
      running.push(server)
      await pause(name === 'mlflow' && !options.quick ? 15_000 : 2_000) // MLflow keeps working long after it answers
      results.servers.push(await figuresOf(server))
    }
    const targets = running.map((server) => new Target(server.target))
    await measureAll(options, targets, results)
    for (const figures of results.servers) figures.loadedPss = pssBytes(running.find((s) => s.target.name === figures.name)?.target.server ?? 0)
    const sluice = targets.find((t) => t.name === 'sluice')
    if (sluice && isChosen(options.only, 'authentication')) {
      const off = await startServer('sluice-auth-off', (place) => startSluice(place, { name: 'sluice-auth-off', auth: 'off' }), directory, postgres)
      running.push(off)
      await measureAuthentication(options, sluice, new Target(off.target), results)
    }
    if (sluice && isChosen(options.only, 'disk')) await diskOfSinglePoints(sluice, results)
    results.loadAfter = loadAverage()
  } finally {
    await stopAll()
  }
  const text = report(results)
  process.stdout.write(`\n${text}`)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, null, 1)}\n`)
  if (options.write) await writeInto(repositoryPath('docs', 'performance.md'), text)
}

async function writeInto(file: string, text: string): Promise<void> {
  const [begin, end] = ['<!-- bench:begin -->', '<!-- bench:end -->']
  const page = await readFile(file, 'utf8')
  const [before, after] = [page.indexOf(begin), page.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`${file} has no place between ${begin} and ${end}`)
  await writeFile(file, `${page.slice(0, before + begin.length)}\n${text}${page.slice(after)}`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    process.exit(1)
  },
)
