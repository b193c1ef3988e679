/** The command line: `sluice start` and what will stand beside it. A mistake of the user is one line and exit code 1. */
import { type Config, helpText, readConfig, readDemoConfig, StartError } from '#gateway/config.ts'
import { openDistributed } from '#gateway/distributed/connect.ts'
import { ensureKeys } from '#gateway/distributed/keys.ts'
import { launch } from '#gateway/distributed/launcher.ts'
import { openEmbedded } from '#gateway/embedded.ts'
import { createPlatform, type Platform } from '#gateway/platform.ts'
import type { OpenTopology } from '#gateway/topology.ts'
import { DomainError } from '#shared/errors.ts'
import { createLog } from '#shared/telemetry/log.ts'

/** Runs with the arguments after its name. Resolves when the process may go on by itself. */
type Command = (args: readonly string[]) => Promise<void>

const commands: Readonly<Record<string, Command>> = {
  start: (args) => serve(args, 'sluice', openEmbedded),
  /** The gateway alone; its subgraphs run by themselves (docker-compose.yml). */
  gateway: (args) => serve(args, 'gateway', openDistributed),
  'start:distributed': async (args) => {
    const config = readConfig(args)
    const starting = launch(config, createLog({ service: 'launcher', level: config.logLevel }), (what) => say(`${what} …`))
    stopOnSignals(starting)
    say(greeting(config, { url: (await starting).url, firstPassword: undefined }))
  },
  /** The main job on real input, against a platform that runs. */
  demo: async (args) => {
    const { demo } = await import('#gateway/demo.ts')
    await demo(readDemoConfig(args), say)
  },
  /** Makes the keys that gateway and subgraphs share: `sluice keys <directory>`. */
  keys: async ([directory]) => {
    if (!directory) throw new StartError('Where to? sluice keys <directory>')
    await ensureKeys(directory)
  },
  help: () => Promise.resolve(void process.stdout.write(helpText())),
}

async function serve(args: readonly string[], service: string, openTopology: OpenTopology): Promise<void> {
  const config = readConfig(args)
  const log = createLog({ service, level: config.logLevel })
  const starting = createPlatform(config, { log, isTerminal: process.stdout.isTTY === true, openTopology, progress: (what) => say(`${what} …`) })
  stopOnSignals(starting)
  say(greeting(config, await starting))
}

/** What people read goes to stderr: stdout carries the log, one JSON event per line. */
const say = (text: string): void => void process.stderr.write(`${text}\n`)

function greeting(config: Config, { url, firstPassword }: Pick<Platform, 'url' | 'firstPassword'>): string {
  return [
    '',
    `Sluice is ready: ${url}`,
    ...(firstPassword === undefined ? [] : ['', `  user      admin`, `  password  ${firstPassword}   (shown only now; log in with a browser and choose your own)`]),
    ...(config.auth ? [] : ['', '  Nobody logs in (--auth off): every request from this machine is an administrator.']),
    ...(config.insecureHttp ? ['', '  WARNING: plain http (--insecure-http). Passwords and data can be read on the network.'] : []),
    '',
    'MLflow clients:',
    `  export MLFLOW_TRACKING_URI=${url}`,
    ...(config.auth ? ['  export MLFLOW_TRACKING_TOKEN=<a token: your name, bottom left, Tokens; or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD>'] : []),
    `  python -c "import mlflow; mlflow.log_metric('hello', 1)"`,
    '',
  ].join('\n')
}

const ONE_WISH_MS = 1_000

/** Listens from the beginning: a start that is called off ends in a clean stop, too. */
function stopOnSignals(starting: Promise<Pick<Platform, 'stop'>>): void {
  let askedAt: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Ctrl-C under npm comes twice at once, from the terminal and from npm: that is one wish. Asked again later, a person
      // means now; PostgreSQL then stays behind and is adopted by the next start.
      if (askedAt !== undefined && performance.now() - askedAt < ONE_WISH_MS) return
      if (askedAt !== undefined) process.exit(1)
      askedAt = performance.now()
      void starting
        .then((platform) => platform.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        )
    })
  }
}

async function main([name = 'start', ...args]: readonly string[]): Promise<void> {
  if ([name, ...args].some((arg) => arg === '--help' || arg === '-h')) return void process.stdout.write(helpText())
  const command = commands[name]
  if (!command) throw new StartError(`There is no command ${name}. Commands: ${Object.keys(commands).join(', ')}.`)
  await command(args)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const message = error instanceof StartError || error instanceof DomainError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(
    message
      .split('\n')
      .map((line) => `sluice: ${line}`)
      .join('\n'),
  )
  process.exit(1)
}
