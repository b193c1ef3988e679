/**
 * Writes the documents that are tables of the code: docs/configuration.md, docs/permissions.md, docs/mlflow-compatibility.md.
 * `tsx scripts/docs.ts` writes, `--check` compares and says what drifted.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { type FlagName, flagNames, flags, variableOf } from '#gateway/config.ts'
import { repositoryPath } from '#shared/paths.ts'
import { permissionFacts, permissions, roles } from '#shared/policy.ts'
import { type ProcessVariable, processVariables } from '#shared/process-config.ts'
import { compatibilityDocument } from '../conformance/document.ts'

type Row = readonly string[]

const code = (text: string): string => `\`${text}\``
const codes = (texts: readonly string[]): string => texts.map(code).join(', ')
const table = (head: Row, rows: readonly Row[]): string => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
const generatedFrom = (...files: string[]): string => `Written by \`npm run docs\` from ${files.map((file) => code(file)).join(' and ')}; change it there.`

/** What each variable of a subgraph's own process means. A variable without a row does not compile. */
const processMeanings: Readonly<Record<ProcessVariable, string>> = {
  SLUICE_PEERS: 'where every subgraph is: `identity=http://…,tracking=http://…,registry=…,datasets=…`',
  SLUICE_INNER_PRIVATE_KEY: 'signs calls between processes: a PEM, or the path of a file that holds one (`sluice keys` makes it)',
  SLUICE_INNER_PUBLIC_KEY: 'verifies them: a PEM, or the path of a file',
  SLUICE_BIND: 'address to listen on',
  SLUICE_PORT: 'port to listen on',
  SLUICE_DATABASE_URL: 'PostgreSQL; for identity MySQL or PostgreSQL',
  SLUICE_PUBLIC_URL: 'the address people use',
  SLUICE_SECRET_KEY: '64 hex digits, or the path of a file that holds them',
  SLUICE_ADMIN_PASSWORD: 'first password of admin (identity only)',
  SLUICE_OBJECTS: 'a directory for files; S3 when absent',
  SLUICE_LOG_LEVEL: 'as `--log-level`',
  SLUICE_WEBHOOK_ALLOWED_SCHEMES: 'as `--webhook-allowed-schemes` (registry only)',
  SLUICE_WEBHOOK_ALLOW_PRIVATE: 'as `--webhook-allow-private` (registry only)',
  S3_ENDPOINT: 'address of an S3 server; AWS itself when absent',
  AWS_REGION: 'region of the buckets',
  AWS_ACCESS_KEY_ID: 'access key; the machine’s own role when absent',
  AWS_SECRET_ACCESS_KEY: 'secret key that belongs to it',
}
/** Read by the gateway's own process besides its flags. */
const gatewayToo: ReadonlySet<string> = new Set(['SLUICE_PEERS', 'SLUICE_INNER_PRIVATE_KEY', 'SLUICE_INNER_PUBLIC_KEY'])

function flagRow(name: FlagName): Row {
  const spec: { readonly default: string | undefined; readonly meaning: string; readonly aliases?: readonly string[] } = flags[name]
  return [code(`--${name}`), spec.default ? code(spec.default) : '', spec.meaning.replaceAll('<', '&lt;'), codes([variableOf(name), ...(spec.aliases ?? [])])]
}

function processRow([name, schema]: readonly [string, (typeof processVariables)[ProcessVariable]]): Row {
  const absent = schema.safeParse(undefined)
  const fallback = absent.success ? (absent.data === undefined ? '' : code(String(absent.data))) : 'required'
  return [code(name), fallback, processMeanings[name as ProcessVariable], gatewayToo.has(name) ? 'yes' : ''] // keys of the shape
}

const configuration = (): string => `# Configuration

${generatedFrom('gateway/config.ts', 'subgraphs/shared/process-config.ts')} A flag wins over its variable, our variable over its aliases, and an empty variable counts as not set. A wrong value is one line on the terminal and exit code 1.

## \`sluice start\`, \`start:distributed\` and \`gateway\`

\`npm start -- --port 8080\` is \`sluice start --port 8080\`.

${table(['flag', 'default', 'meaning', 'variables'], flagNames.map(flagRow))}

## A subgraph as a process of its own

\`node dist/<subgraph>.js\` reads variables only ([how to run them apart](how-to/run-distributed.md)).

${table(['variable', 'default', 'meaning', 'the gateway reads it too'], Object.entries(processVariables).map(processRow))}

## \`sluice demo\`

${table(
  ['variable', 'default', 'meaning'],
  [
    [code('SLUICE_URL'), code('http://127.0.0.1:3000'), 'the platform to talk to'],
    [code('SLUICE_TOKEN'), '', 'a token of an administrator; else `SLUICE_ADMIN_PASSWORD`, else the operator’s token in the data directory ([decision 009](decisions/009-operator-token.md))'],
  ],
)}
`

const permissionRow = (name: (typeof permissions)[number]): Row => {
  const { from, why } = permissionFacts[name]
  return [code(name), from === 'admin' ? 'platform administrator' : from, why]
}

const permissionTable = (): string => `# Permissions

${generatedFrom('subgraphs/shared/policy.ts')} Roles in a project, weakest first: ${roles.join(', ')}; each holds what the ones before it hold. A platform administrator stands above them. Who made a thing may update and delete it while a member above viewer. A grant can add or deny one permission on a project or a single resource; deny wins.

${table(['permission', 'from role', 'lets one'], permissions.map(permissionRow))}

How to add one: [add-a-permission.md](how-to/add-a-permission.md).
`

/** Path → text. */
export const generatedDocuments = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/configuration.md', configuration()],
    ['docs/permissions.md', permissionTable()],
    ['docs/mlflow-compatibility.md', compatibilityDocument()],
  ])

async function main(isCheck: boolean): Promise<void> {
  for (const [path, text] of generatedDocuments()) {
    if (text === (await readFile(repositoryPath(path), 'utf8').catch(() => undefined))) continue
    if (!isCheck) {
      await writeFile(repositoryPath(path), text)
      continue
    }
    console.error(`${path} is not what the sources say. Run npm run docs and commit the result.`)
    process.exitCode = 1
  }
}

if (import.meta.main) await main(process.argv.includes('--check'))
