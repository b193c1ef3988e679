/** What the documents tell people to type, typed: blocks of shell and Python are taken from the documents and run in their order. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { ensurePythonEnvironment } from '../workers/python-environment.ts'
import { adminPassword, startPlatform, type Platform } from './harness/platform.ts'
import { pythonCache } from './harness/python-cache.ts'

const documents = ['README.md', 'docs/how-to/use-with-mlflow.md']

/** What a document says, and what it is here. Nothing else of a block is changed. */
const standIns = (): readonly (readonly [written: string, here: string])[] => [
  ['http://127.0.0.1:3000', platform.url],
  ["'your password'", `'${adminPassword}'`],
  ['slc_…', token],
  ['.sluice/', `${platform.dataDirectory}/`],
]

/** Blocks that other tests run. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm start': 'tests/harness/platform.ts and gateway/main.e2e.ts start the same command line, scripts/start.test.ts what comes before it',
  'npm run demo': 'tests/demo.e2e.ts',
}

interface Snippet {
  readonly where: string
  readonly language: 'sh' | 'python'
  readonly text: string
  /** What the next block says that it prints; `…` stands for anything. */
  readonly prints: string | undefined
}

function snippetsOf(document: string): Snippet[] {
  const text = readFileSync(repositoryPath(document), 'utf8')
  const blocks = [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].map(([whole, indent = '', language = '', body = '']) => ({
    where: `${document}:${text.slice(0, text.indexOf(whole)).split('\n').length}`,
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trimEnd(),
  }))
  return blocks.flatMap(({ language, ...block }, i) => {
    const next = blocks[i + 1]
    return language === 'sh' || language === 'python' ? [{ ...block, language, prints: next?.language === 'text' ? next.text : undefined }] : []
  })
}

let platform: Platform
let token: string
let bin: string
let folder: string

const here = (text: string): string => standIns().reduce((changed, [written, ours]) => changed.replaceAll(written, ours), text)
const pattern = (prints: string): RegExp =>
  new RegExp(
    `^${here(prints)
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  )

/** Runs a block after the exports of the blocks before it, as in one terminal. */
async function type(exports: string, { language, text }: Snippet): Promise<{ code: number | null; output: string; errors: string }> {
  if (language === 'python') await writeFile(join(folder, 'snippet.py'), here(text))
  const script = language === 'python' ? 'python snippet.py' : here(text)
  const env = { PATH: [bin, '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter), HOME: folder, LANG: 'C.UTF-8', MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', GIT_PYTHON_REFRESH: 'quiet' }
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${here(exports)}\n${script}`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  return { code, output: output.trim(), errors }
}

beforeAll(async () => {
  platform = await startPlatform('embedded')
  await platform.admin.ensureProject('demo', 'Demo', '')
  token = await platform.admin.newToken('documents')
  const { python } = await ensurePythonEnvironment({ lock: repositoryPath('tests', 'python', 'mlflow3.lock'), directory: pythonCache, progress: () => undefined })
  bin = dirname(python)
  folder = await mkdtemp(join(tmpdir(), 'sluice-documents-'))
}, 600_000)
afterAll(async () => {
  await platform?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

describe.each(documents)('%s', (document) => {
  const snippets = snippetsOf(document)
  const typed = snippets.filter(({ text }) => !(text in elsewhere))

  it('has blocks to type', () => expect(typed.length).toBeGreaterThan(0))

  it.each(typed)('$where works as it says', async (snippet) => {
    const before = snippets.slice(0, snippets.indexOf(snippet)).filter(({ language }) => language === 'sh')
    const exports = before.flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('export '))).join('\n')
    const { code, output, errors } = await type(exports, snippet)
    expect(code, errors).toBe(0)
    if (snippet.prints !== undefined) expect(output).toMatch(pattern(snippet.prints))
  })
})

it('leaves to other tests only what the documents still say', () => {
  const texts = new Set(documents.flatMap(snippetsOf).map(({ text }) => text))
  expect(Object.keys(elsewhere).filter((text) => !texts.has(text))).toEqual([])
})

it('what was typed is on the platform', async () => {
  const read = async (path: string, body?: object) => (await platform.admin.rest(body ? 'POST' : 'GET', `/p/demo/api/2.0/mlflow/${path}`, body)).text()
  expect(await read('runs/search', { experiment_ids: ['0'], filter: 'metrics.hello = 1' })).toContain('"hello"')
  expect(await read('experiments/get-by-name?experiment_name=from-the-shell')).toContain('from-the-shell')
  expect(await read('model-versions/get?name=iris&version=1')).toContain('READY')
})
