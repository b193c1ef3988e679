/** What a process tree costs, from Linux's /proc: CPU seconds (reaped children included), memory, and the machine's own load. */
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100
const pageBytes = 4096

interface Process {
  readonly parent: number
  readonly cpuSeconds: number
  readonly rss: number
}

function processes(): Map<number, Process> {
  const table = new Map<number, Process>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readOrNothing(`/proc/${entry}/stat`)
    if (stat === '') continue
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const field = (i: number): number => fields[i] ?? 0
    // proc(5), counted from the state: 1 ppid, 11 to 14 utime stime cutime cstime, 21 rss in pages
    table.set(Number(entry), { parent: field(1), cpuSeconds: (field(11) + field(12) + field(13) + field(14)) / ticksPerSecond, rss: field(21) * pageBytes })
  }
  return table
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return '' // it ended meanwhile
  }
}

function treeOf(table: ReadonlyMap<number, Process>, root: number): number[] {
  const found = table.has(root) ? [root] : []
  for (let i = 0; i < found.length; i++) {
    for (const [pid, { parent }] of table) if (parent === found[i]) found.push(pid)
  }
  return found
}

export const processTree = (root: number): number[] => treeOf(processes(), root)
export const parentOf = (pid: number): number | undefined => processes().get(pid)?.parent

/** CPU seconds of each tree so far; 0 for one that is not given. */
export function cpuOf(roots: readonly (number | undefined)[]): number[] {
  const table = processes()
  return roots.map((root) => (root === undefined ? 0 : treeOf(table, root).reduce((sum, pid) => sum + (table.get(pid)?.cpuSeconds ?? 0), 0)))
}

/** Proportional set size: shared pages are counted once, over all who share them. */
export function pssBytes(root: number): number {
  return processTree(root).reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(readOrNothing(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024, 0)
}

export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
  return (user + nice + system + irq + softIrq) / ticksPerSecond
}

export const loadAverage = (): string => readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ')

/** The largest resident memory of a tree while it runs. */
export function watchMemory(root: number | undefined, everyMs: number): () => number {
  if (root === undefined) return () => 0
  let peak = 0
  const pids = processTree(root)
  const look = (): void => {
    peak = Math.max(
      peak,
      pids.reduce((sum, pid) => sum + Number(readOrNothing(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * pageBytes, 0),
    )
  }
  look()
  const timer = setInterval(look, everyMs)
  return () => {
    clearInterval(timer)
    look()
    return peak
  }
}
