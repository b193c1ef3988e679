/** Apollo Gateway reports to its maker unless told otherwise before it is loaded (stack.md section 7). Import this first. */
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
