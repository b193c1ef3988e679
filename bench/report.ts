/** The tables of docs/performance.md. */
import { cpu, type Results } from './results.ts'
import { goals } from './goals.ts'

const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
const figure = (x: number): string => (Number.isNaN(x) ? '-' : x >= 100 ? Math.round(x).toLocaleString('en-US') : x >= 10 ? x.toFixed(1) : x.toFixed(2))
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

function conditions(r: Results): string {
  const others = r.cells.map((c) => c.otherCores).sort((a, b) => a - b)
  return [
    `${r.when}, ${r.machine}, PostgreSQL ${r.postgres}, Node ${r.node} (${r.nodeFlags.join(' ') || 'no flags'}); ${r.isQuick ? 'a quick run' : 'a full run'} of ${r.rounds} rounds of up to ${r.seconds} s per server and workload, 8 clients.`,
    `Load average before: ${r.loadBefore}; after: ${r.loadAfter}. Other processes used ${others[Math.floor(others.length / 2)]?.toFixed(2) ?? '-'} cores in the median measurement, ${others.at(-1)?.toFixed(2) ?? '-'} in the worst.`,
  ].join('\n')
}

const goalTable = (r: Results): string =>
  table(
    ['goal', 'reached', 'met'],
    goals.map((goal) => goal(r)).map(({ goal, reached, isMet }) => [goal, reached, isMet === undefined ? '-' : isMet ? 'yes' : '**no**']),
  )

const cellTable = (cells: Results['cells']): string =>
  table(
    ['workload', 'server', 'requests/s', 'units/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms: server', 'PostgreSQL', 'against MLflow', 'n', 'errors'],
    cells.map((c) => {
      const mlflow = cells.find((m) => m.target === 'mlflow' && m.workload === c.workload)
      const ratio = mlflow && c !== mlflow ? `${figure(cpu(mlflow) / cpu(c))}×` : ''
      return [c.workload, c.target, figure(c.perSecond), figure(c.unitsPerSecond), figure(c.p50), figure(c.p95), figure(c.p99), figure(c.server), figure(c.postgres), ratio, c.requests, c.errors]
    }),
  )

const serverTable = (r: Results): string =>
  table(
    ['server', 'version', 'start: seconds', 'CPU-seconds', 'processes', 'idle: MB PSS', 'cores', 'after load: MB PSS'],
    r.servers.map((s) => [s.name, s.version, s.startSeconds.toFixed(1), s.startCpuSeconds.toFixed(1), s.processes, mb(s.idlePss), s.idleCores.toFixed(3), mb(s.loadedPss)]),
  )

const diskTable = (r: Results): string =>
  table(
    ['server', 'points', 'how logged', 'bytes per point'],
    r.disk.map((d) => [d.target, d.points.toLocaleString('en-US'), d.what, figure(d.bytesPerPoint)]),
  )

const mixedTable = (r: Results): string =>
  table(
    ['server', 'p95 ms: run search', 'experiment search', 'history of 10,000', 'reads', 'batches written', 'errors'],
    r.mixed.map((m) => [m.target, figure(m.p95['run search'] ?? Number.NaN), figure(m.p95['experiment search'] ?? Number.NaN), figure(m.p95.history ?? Number.NaN), m.reads, m.writes, m.errors]),
  )

const missingList = (r: Results): string => r.missing.map((m) => `- ${m.target}, ${m.workload}: ${m.reason.replaceAll('\n', ' ').slice(0, 160)}`).join('\n')

export function report(r: Results): string {
  const parts: [string, string][] = [
    ['Goals', goalTable(r)],
    ['Servers', serverTable(r)],
    ['Workloads', cellTable(r.cells)],
    ['Disk', diskTable(r)],
    ['Readers beside writers', mixedTable(r)],
    ['32 clients', cellTable(r.crowded)],
    ['Authentication on and off', cellTable(r.unauthenticated)],
    ['Not measured', missingList(r)],
  ]
  return `${conditions(r)}\n\n${parts
    .filter(([, text]) => text.split('\n').length > 2 || text.startsWith('-'))
    .map(([title, text]) => `### ${title}\n\n${text}`)
    .join('\n\n')}\n`
}
