// Loaded with --import (`file:///…/watch-connections.mjs?<file>`) into every Node process of a platform under test: writes
// into the file whom it connects to or looks up.
import { appendFileSync } from 'node:fs'
import dns from 'node:dns'
import net from 'node:net'

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1))
const note = (what) => appendFileSync(file, `${what}\n`)
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args
  const {
    path,
    host = 'localhost',
    port,
  } = typeof first === 'object' && first !== null ? first : typeof first === 'number' ? { port: first, host: typeof args[1] === 'string' ? args[1] : undefined } : { path: first }
  note(path ? `path ${path}` : `connect ${host}:${port}`)
  return connect.apply(this, args)
}
for (const owner of [dns, dns.promises]) {
  const { lookup } = owner
  owner.lookup = function (name, ...rest) {
    note(`lookup ${name}`)
    return lookup.call(this, name, ...rest)
  }
}
