import type { CodegenConfig } from '@graphql-codegen/cli'

/**
 * Typed documents of the web client from the graph that the gateway serves (schema/api.graphql, written by
 * scripts/schema.ts). API_SCHEMA names another file, e.g. while two branches of the graph are compared.
 */
const config: CodegenConfig = {
  schema: process.env['API_SCHEMA'] ?? 'schema/api.graphql',
  documents: ['web/src/**/*.{ts,tsx}', '!web/src/data/gql/**'],
  ignoreNoDocuments: true,
  generates: {
    'web/src/data/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'readFragment' } },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        skipTypename: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          Timestamp: 'number',
          Long: 'number | string',
          MetricValue: 'number | string',
          MetricSeries: '{ steps: (number | string)[]; timestamps: (number | string)[]; values: (number | string)[] }',
          JSON: 'unknown',
        },
      },
    },
  },
}

export default config
