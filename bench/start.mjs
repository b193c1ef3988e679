#!/usr/bin/env node
/**
 * What starting costs, measured on a fresh clone in a temporary directory: `npm ci` and what it downloads, the first start
 * (build and new database), the second start, and the memory of the idle platform. Linux; no dependencies.
 *
 *   node bench/start.mjs [--repository PATH] [--json FILE]
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({ options: { repository: { type: 'string', default: dirname(dirname(fileURLToPath(import.meta.url))) }, json: { type: 'string' } } })
const IDLE_MS = 20_000
const megabytes = (bytes) => Math.round(bytes / 2 ** 20)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const read = (file) => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** pid → [parent, CPU seconds with reaped children, command] */
function processes() {
  const table = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = read(`/proc/${pid}/stat`)
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    if (stat !== '') table.set(Number(pid), { parent: fields[1], cpu: (fields[11] + fields[12] + fields[13] + fields[14]) / 100, command: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) })
  }
  return table
}

/** The platform's own processes and those of its PostgreSQL. */
function treesOf(root) {
  const table = processes()
  const found = { platform: [root], postgres: [] }
  for (const kind of ['platform', 'postgres']) {
    for (const pid of found[kind]) for (const [child, { parent, command }] of table) if (parent === pid) (command === 'postgres' ? found.postgres : found[kind]).push(child)
  }
  const cpu = (pids) => pids.reduce((sum, pid) => sum + (table.get(pid)?.cpu ?? 0), 0)
  const pss = (pids) => pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024, 0)
  return { platformCpu: cpu(found.platform), postgresCpu: cpu(found.postgres), platformPss: pss(found.platform), postgresPss: pss(found.postgres) }
}

/** `npm start` as a user types it, until the address answers. */
async function start(clone, idleMs) {
  const began = performance.now()
  const child = spawn(process.execPath, [join(clone, 'scripts/start.mjs'), 'start', '--port', '0'], { cwd: clone, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part))
  let url
  while (
    !url ||
    !(await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    url ??= /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
    if (child.exitCode !== null) throw new Error(`the start ended:\n${output.slice(-2_000)}`)
    await pause(10)
  }
  const seconds = (performance.now() - began) / 1000
  const ready = treesOf(child.pid)
  await pause(idleMs)
  const idle = treesOf(child.pid)
  child.kill('SIGTERM')
  await ended
  return {
    seconds,
    cpuSeconds: ready.platformCpu,
    postgresCpuSeconds: ready.postgresCpu,
    idlePss: idle.platformPss,
    idlePostgresPss: idle.postgresPss,
    idleCores: ((idle.platformCpu - ready.platformCpu) * 1000) / idleMs,
  }
}

/** What the registry sends for this machine: the tarballs that npm put into an empty cache, as they are on the wire. */
function downloaded(cache) {
  return Number(
    execFileSync('du', ['-sb', join(cache, '_cacache/content-v2')])
      .toString()
      .split('\t')[0],
  )
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-start-'))
  try {
    const clone = join(directory, 'sluice')
    const cache = join(directory, 'npm-cache')
    execFileSync('git', ['clone', '--quiet', options.repository, clone])
    const began = performance.now()
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--cache', cache], { cwd: clone, stdio: 'ignore' })
    const installSeconds = (performance.now() - began) / 1000
    const results = {
      when: new Date().toISOString(),
      commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: clone }).toString().trim(),
      load: read('/proc/loadavg').trim(),
      installSeconds,
      downloadedMegabytes: megabytes(downloaded(cache)),
      modulesMegabytes: megabytes(
        Number(
          execFileSync('du', ['-sb', join(clone, 'node_modules')])
            .toString()
            .split('\t')[0],
        ),
      ),
      first: await start(clone, 1_000),
      second: await start(clone, IDLE_MS),
    }
    const { first, second } = results
    process.stdout.write(`commit ${results.commit}, load ${results.load}
npm ci, empty cache: ${installSeconds.toFixed(1)} s, ${results.downloadedMegabytes} MB downloaded, ${results.modulesMegabytes} MB in node_modules
first start (build, new database): ${first.seconds.toFixed(1)} s
second start: ${second.seconds.toFixed(2)} s, ${second.cpuSeconds.toFixed(2)} CPU-seconds (PostgreSQL ${second.postgresCpuSeconds.toFixed(2)})
idle after ${IDLE_MS / 1000} s: ${megabytes(second.idlePss)} MB PSS (PostgreSQL ${megabytes(second.idlePostgresPss)} MB), ${second.idleCores.toFixed(3)} cores
`)
    if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

await main()
