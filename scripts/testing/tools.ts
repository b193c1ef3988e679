/** Programs that some tests need and npm cannot bring. What is absent is named at the end of `npm test`. */
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sluice-tools/bin')

const tools = [
  { programs: ['mariadbd'], without: 'identity on MariaDB', get: 'Debian: apt-get install mariadb-server' },
  { programs: ['chromium', 'chromium-browser', 'google-chrome', 'chrome'], without: 'the web client in a browser', get: 'Debian: apt-get install chromium' },
  { programs: ['versitygw'], without: 'objects on an S3 server', get: '.ci/run shows how to build it' },
  { programs: ['python3'], without: 'the stock mlflow client', get: 'Debian: apt-get install python3-venv' },
]

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] || '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', cache].map((folder) => join(folder, name)).find(isProgram)

export const missingTools = (): string[] => tools.filter(({ programs }) => !programs.some(findProgram)).map(({ programs, without, get }) => `${without}: ${programs[0]} is not installed (${get})`)
