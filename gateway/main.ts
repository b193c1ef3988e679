/** The command line: `sluice start` and what will stand beside it. A mistake of the user is one line and exit code 1. */
import { type Config, helpText, readConfig, StartError } from '#gateway/config.ts'
import { openEmbedded } from '#gateway/embedded.ts'
import { createPlatform, type Platform } from '#gateway/platform.ts'
import { createLog } from '#shared/telemetry/log.ts'

/** Runs with the arguments after its name. Resolves when the process may go on by itself. */
type Command = (args: readonly string[]) => Promise<void>

const commands: Readonly<Record<string, Command>> = {
  start: async (args) => {
    const config = readConfig(args)
    const isTerminal = process.stdout.isTTY === true
    const log = createLog({ service: 'sluice', level: config.logLevel })
    const platform = await createPlatform(config, { log, isTerminal, openTopology: openEmbedded, progress: (what) => say(`${what} …`) })
    say(greeting(config, platform))
    stopOnSignals(platform)
  },
  help: () => Promise.resolve(void process.stdout.write(helpText())),
}

/** What people read goes to stderr: stdout carries the log, one JSON event per line. */
const say = (text: string): void => void process.stderr.write(`${text}\n`)

function greeting(config: Config, { url, firstPassword }: Platform): string {
  return [
    '',
    `Sluice is ready: ${url}`,
    ...(firstPassword === undefined ? [] : ['', `  user      admin`, `  password  ${firstPassword}   (shown only now; log in with a browser and choose your own)`]),
    ...(config.auth ? [] : ['', '  Nobody logs in (--auth off): every request from this machine is an administrator.']),
    ...(config.insecureHttp ? ['', '  WARNING: plain http (--insecure-http). Passwords and data can be read on the network.'] : []),
    '',
    'MLflow clients:',
    `  export MLFLOW_TRACKING_URI=${url}`,
    ...(config.auth ? ['  export MLFLOW_TRACKING_TOKEN=<a token: your name, top right, Tokens; or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD>'] : []),
    `  python -c "import mlflow; mlflow.log_metric('hello', 1)"`,
    '',
  ].join('\n')
}

function stopOnSignals(platform: Platform): void {
  let asked = 0
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Asked twice, a person means now. PostgreSQL then stays behind and is adopted by the next start.
      if (++asked > 1) process.exit(1)
      platform.stop().then(
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
  const message = error instanceof StartError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(message.split('\n').map((line) => `sluice: ${line}`).join('\n'))
  process.exit(1)
}
