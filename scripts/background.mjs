/** `make up` and `make down`: the platform in the background. Its log and process id lie in .sluice/. No dependencies; syntax of Node 18. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, '.sluice')
const log = join(folder, 'sluice.log')
const pidFile = join(folder, 'sluice.pid')
const pause = () => new Promise((resolve) => setTimeout(resolve, 100))

function isAlive(pid) {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // The number may belong to somebody else by now.
  const commandLine = `/proc/${pid}/cmdline`
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes(root)
}

function running() {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0
  return pid > 0 && isAlive(pid) ? pid : undefined
}

async function up(flags) {
  if (running()) return console.log(`Sluice is running already (process ${running()}).`)
  mkdirSync(folder, { recursive: true })
  rmSync(log, { force: true })
  const output = openSync(log, 'a', 0o600) // it holds the first password
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), 'start', ...flags], { cwd: root, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  writeFileSync(pidFile, String(child.pid))
  let shown = 0
  for (;;) {
    const text = readFileSync(log, 'utf8')
    const isReady = /Sluice is ready: /.test(text)
    // People wait: show what the start says; not the log's JSON.
    const lines = text.slice(shown, text.lastIndexOf('\n') + 1)
    for (const line of lines.split('\n')) if (line !== '' && !line.startsWith('{')) console.log(line)
    shown += lines.length
    if (isReady) break
    if (ended) {
      rmSync(pidFile, { force: true })
      throw new Error(`Sluice did not start; see ${log}`)
    }
    await pause()
  }
  child.unref()
  console.log(`Process ${child.pid}; log: ${log}; stop it with: make down`)
}

async function down() {
  const pid = running()
  if (!pid) return console.log('Sluice is not running.')
  process.kill(pid, 'SIGTERM')
  while (isAlive(pid)) await pause()
  rmSync(pidFile, { force: true })
  console.log('Sluice has stopped.')
}

const [command, ...flags] = process.argv.slice(2)
const commands = { up: () => up(flags), down }
if (!commands[command]) {
  console.error('Say up or down.')
  process.exit(2)
}
commands[command]().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
