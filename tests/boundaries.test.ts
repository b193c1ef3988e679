/** Each boundary rule catches what it is there to catch: violations planted in a copy of the sources. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'

interface Violation {
  readonly from: string
  readonly to: string
  readonly rule: { readonly name: string }
}

/** What is planted, and what must be said about it. */
const plants: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['domain-is-pure', 'subgraphs/tracking/domain/planted-graphql.ts', "import { GraphQLError } from 'graphql'\nexport const e = GraphQLError"],
  ['domain-is-pure', 'subgraphs/tracking/domain/planted-type.ts', "import type { Route } from '#shared/rest/route.ts'\nexport type R = Route"],
  ['domain-is-pure', 'subgraphs/tracking/domain/planted-store.ts', "import { s } from '../store/planted.ts'\nexport const t = s"],
  ['domain-is-pure', 'subgraphs/tracking/domain/planted-sql.ts', "import { sql } from 'drizzle-orm'\nexport const t = sql"],
  ['skins-are-thin', 'subgraphs/tracking/rest/planted.ts', "import { s } from '#tracking/store/planted.ts'\nexport const t = s"],
  ['skins-are-thin', 'subgraphs/tracking/graphql/planted.ts', "import type { S } from '#tracking/store/planted.ts'\nexport type T = S"],
  ['subgraphs-are-islands', 'subgraphs/datasets/planted.ts', "import { s } from '#tracking/store/planted.ts'\nexport const t = s"],
  ['subgraphs-are-islands', 'subgraphs/datasets/planted-door.ts', "import { g } from '#gateway/planted-target.ts'\nexport const t = g"],
  ['subgraphs-are-islands', 'subgraphs/shared/planted.ts', "import { s } from '#tracking/store/planted.ts'\nexport const t = s"],
  ['gateway-has-no-rules', 'gateway/planted.ts', "import { s } from '#tracking/store/planted.ts'\nexport const t = s"],
  ['web-sees-the-graph-only', 'web/src/planted.ts', "import type { IdentityPort } from '../../subgraphs/ports.ts'\nexport type P = IdentityPort"],
  ['no-cycles', 'subgraphs/shared/planted-cycle-a.ts', "import { b } from './planted-cycle-b.ts'\nexport const a = () => b"],
  ['no-orphans', 'subgraphs/shared/planted-orphan.ts', 'export const nobody = 1'],
  ['tests-are-leaves', 'gateway/planted-test.ts', "import { testProject } from '#shared/testing/actors.ts'\nexport const t = testProject"],
]
/** What the plants lean on, and two that are allowed. */
const company: readonly (readonly [file: string, text: string])[] = [
  ['subgraphs/tracking/store/planted.ts', 'export const s = 1\nexport type S = number'],
  ['gateway/planted-target.ts', 'export const g = 1'],
  ['subgraphs/shared/planted-cycle-b.ts', "import { a } from './planted-cycle-a.ts'\nexport const b = () => a"],
  ['subgraphs/shared/planted-types-a.ts', "import type { B } from './planted-types-b.ts'\nexport interface A { b: B }"],
  ['subgraphs/shared/planted-types-b.ts', "import type { A } from './planted-types-a.ts'\nexport interface B { a: A }"],
]

let copy: string
let violations: Violation[]

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'sluice-boundaries-'))
  for (const path of ['gateway', 'subgraphs', 'web/src', 'scripts/checks', 'package.json', '.dependency-cruiser.mjs']) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(repositoryPath(path), join(copy, path), { recursive: true })
  }
  symlinkSync(repositoryPath('node_modules'), join(copy, 'node_modules'))
  for (const [file, text] of [...plants.map(([, file, text]) => [file, text] as const), ...company]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    writeFileSync(join(copy, file), text)
  }
  violations = ['.dependency-cruiser.mjs', 'scripts/checks/cycles.dependency-cruiser.mjs'].flatMap(cruise)
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

function cruise(config: string): Violation[] {
  const cruiser = join(copy, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const result = spawnSync(process.execPath, [cruiser, '--config', config, '--output-type', 'json', 'gateway', 'subgraphs', 'web/src'], { cwd: copy, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
  const { summary } = JSON.parse(result.stdout) as { summary: { violations: Violation[] } } // dependency-cruiser's documented output
  return summary.violations
}

describe('the boundaries', () => {
  it.each(plants)('%s catches %s', (rule, file) => {
    expect(violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(rule)
  })

  it('lets types refer to each other', () => {
    expect(violations.filter(({ rule, from }) => rule.name === 'no-cycles' && from.includes('planted-types'))).toEqual([])
  })

  it('has a plant for every rule', async () => {
    const configs: readonly { default: { forbidden: readonly { name: string }[] } }[] = await Promise.all(
      ['.dependency-cruiser.mjs', 'scripts/checks/cycles.dependency-cruiser.mjs'].map((file) => import(/* @vite-ignore */ repositoryPath(file))),
    )
    expect(new Set(plants.map(([rule]) => rule))).toEqual(new Set(configs.flatMap((config) => config.default.forbidden.map((rule) => rule.name))))
  })
})
