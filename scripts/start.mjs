#!/usr/bin/env node
/**
 * The way in: `npm start`, `npm test` and the `sluice` command on a machine that has only Node (18 or later) and npm.
 * Installs what differs from the lock, builds what is stale, then becomes the project's own Node with the same arguments.
 * No dependencies; syntax of Node 18.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join, delimiter } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { install, isInstalled, ownNode } from './bootstrap/install.mjs'
import { withBootstrapLock } from './bootstrap/lock.mjs'
import { serverFlags } from './bootstrap/server-flags.mjs'
import { isFresh, targets } from './bootstrap/staleness.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
let child

/** One line when work begins; on a terminal a running clock, elsewhere a line now and then; one line when it ends. */
function say(what) {
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const { stderr } = process
  stderr.write(`${what} …${stderr.isTTY ? '' : '\n'}`)
  const timer = setInterval(() => stderr.write(stderr.isTTY ? `\r${what} … ${seconds()} s` : `  … ${seconds()} s\n`), stderr.isTTY ? 1000 : 10_000)
  timer.unref() // work that fails must not keep us
  return () => {
    clearInterval(timer)
    stderr.write(stderr.isTTY ? `\r${what}: ${seconds()} s\n` : `  done after ${seconds()} s\n`)
  }
}

/** Runs a child to its end and returns its exit code; signals that reach us meanwhile go to it. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    child = spawn(command, args, options)
    child.once('error', (error) => reject(error.code === 'ENOENT' ? new Error(`${command} was not found. Sluice needs Node with npm (https://nodejs.org).`) : error))
    child.once('close', (code, signal) => {
      child = undefined
      resolve(signal ? 128 + constants.signals[signal] : code)
    })
  })
}

async function prepare() {
  const stale = () => Object.keys(targets).filter((name) => !isFresh(root, name))
  if (isInstalled(root) && stale().length === 0) return
  await withBootstrapLock(root, say, async () => {
    if (!isInstalled(root)) await install(root, run, say)
    const names = stale()
    if (names.length === 0) return
    const done = say(`Building ${names.join(' and ')}`)
    const code = await run(ownNode(root), [join(root, 'scripts/build.mjs'), ...names], { cwd: root, stdio: ['ignore', 2, 2] })
    done()
    if (code !== 0) throw new Error('The build failed; what it said is above.')
  })
}

/** Replaces this process where Node can (no parent stays behind, signals need no forwarding), else runs the child and mirrors it. */
async function become(args) {
  const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].filter(Boolean).join(delimiter) }
  const node = ownNode(root)
  if (process.execve) {
    process.removeAllListeners('warning') // "execve is experimental" is ours to know
    process.execve(node, [node, ...args], env)
  }
  const guard = pathToFileURL(join(root, 'scripts/bootstrap/parent-guard.mjs')).href
  process.exitCode = await run(node, ['--import', guard, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...env, SLUICE_STARTER: String(process.pid) } })
}

async function main([command = 'start', ...rest]) {
  for (const signal of signals) {
    process.on(signal, () => {
      if (child) child.kill(signal)
      else process.exit(128 + constants.signals[signal])
    })
  }
  const isPlain = !command.startsWith('-')
  const args = isPlain ? [command, ...rest] : ['start', command, ...rest]
  await prepare()
  if (args[0] === 'prepare') return
  if (args[0] === 'test') return become([join(root, 'scripts/test.mjs'), ...rest])
  return become([...serverFlags, join(root, 'dist/sluice.js'), ...args])
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
