import { defineConfig } from 'vitest/config'

/**
 * The suffix of a file is the kind of its test (CONTRIBUTING.md). graphql 16 has "main" and "module" files; Node loads
 * main for every dependency, Vite would pick module for our sources and make a second realm: pin ours to Node's file.
 */
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] }
const env = { APOLLO_TELEMETRY_DISABLED: 'true' }
const common = { env, testTimeout: 60_000, hookTimeout: 120_000 }
const never = ['node_modules/**', 'dist/**']

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { ...common, name: 'unit', include: ['**/*.test.ts'], exclude: [...never, '**/*.db.test.ts'] } },
      { resolve, test: { ...common, name: 'db', include: ['**/*.db.test.ts'], exclude: never, globalSetup: ['subgraphs/shared/testing/servers.ts'] } },
      {
        resolve,
        test: { ...common, name: 'e2e', include: ['tests/**/*.e2e.ts', 'gateway/**/*.e2e.ts'], exclude: never, globalSetup: ['subgraphs/shared/testing/servers.ts'], fileParallelism: false },
      },
    ],
  },
})
