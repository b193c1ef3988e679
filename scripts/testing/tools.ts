/** Programs that some tests need and npm cannot bring. What is absent is named at the end of `npm test`. */
import { programOf } from '#shared/local-servers/programs.ts'

const tools = [
  { programs: ['mariadbd'], without: 'identity on MariaDB', get: 'Debian: apt-get install mariadb-server' },
  { programs: ['chromium', 'chromium-browser', 'google-chrome'], without: 'the web client in a browser', get: 'Debian: apt-get install chromium' },
  { programs: ['versitygw'], without: 'objects on an S3 server', get: '.ci/run shows how to build it' },
  { programs: ['python3'], without: 'the stock mlflow client', get: 'Debian: apt-get install python3-venv' },
]

export const missingTools = (): string[] => tools.filter(({ programs }) => !programs.some(programOf)).map(({ programs, without, get }) => `${without}: ${programs[0]} is not installed (${get})`)
