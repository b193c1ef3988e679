/** Apollo Gateway reports to its maker unless told otherwise before it is loaded (stack.md section 7). Import this first. */
import { env } from 'node:process'

env['APOLLO_TELEMETRY_DISABLED'] = 'true'
