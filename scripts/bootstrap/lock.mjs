/** One bootstrap at a time in one checkout: two `npm ci` in the same folder break each other. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function tryLock(file) {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw new Error(`Sluice cannot write to its own folder (${error.code} at ${file}); it has to install and build there once.`)
    return false
  }
}

/** A lock whose holder is gone is taken over. An empty one is being written right now: wait. */
function dropIfAbandoned(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid > 0 && !isAlive(pid)) rmSync(file, { force: true })
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

export async function withBootstrapLock(root, say, work) {
  const file = join(root, '.bootstrap.lock')
  let told
  while (!tryLock(file)) {
    dropIfAbandoned(file)
    if (!told) told = say('Waiting for another start that is installing or building')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  if (told) told()
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    release()
    process.off('exit', release)
  }
}
