/** Nothing connects out: every process of a platform is watched from its first line to its last. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { makePeople } from './harness/people.ts'
import { newDataDirectory, startPlatform, topologies } from './harness/platform.ts'

const isLocal = (line: string): boolean => /^(path |connect (localhost|127\.\d+\.\d+\.\d+|::1|\[::1\]):|lookup (localhost|127\.\d+\.\d+\.\d+|::1)$)/.test(line)

it.each(topologies)('the %s platform talks to this machine only', async (topology) => {
  const dataDirectory = await newDataDirectory()
  const record = join(dataDirectory, 'connections')
  await writeFile(record, '')
  const platform = await startPlatform(topology, {
    dataDirectory,
    env: { NODE_OPTIONS: `--import ${pathToFileURL(repositoryPath('tests', 'harness', 'watch-connections.mjs')).href}?${encodeURIComponent(record)}` },
  })
  try {
    const people = await makePeople(platform.admin)
    await people.bob.uploadDataset('p1', 'numbers', 'numbers.csv', new TextEncoder().encode('a\n1\n'))
    await people.bob.graph('{ project(name: "p1") { experiments { nodes { id } } datasets { nodes { id } } } }')
    await new Promise((resolve) => setTimeout(resolve, 3_000)) // what starts late starts now
  } finally {
    await platform.stop()
  }
  const lines = (await readFile(record, 'utf8')).trim().split('\n')
  expect(
    lines.some((line) => line.startsWith('connect 127.0.0.1:')),
    'the watch works: PostgreSQL was connected to',
  ).toBe(true)
  expect(lines.filter((line) => !isLocal(line))).toEqual([])
})
