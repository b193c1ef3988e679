/**
 * Which room may know which (ARCHITECTURE.md). A rule's comment speaks to whoever broke it. Read by swc: TypeScript 7 has
 * no JavaScript interface. no-cycles lives in scripts/checks/cycles.dependency-cruiser.mjs, because it must not see type-only
 * imports. Every rule has been seen to fail: tests/boundaries.test.ts.
 */
import { cruiseOptions, readThroughSwc } from './scripts/checks/swc-reader.mjs'

readThroughSwc({ typeImports: 'keep' })

const test = String.raw`\.(test|e2e|audit|bench)\.tsx?$|(^|[-/])testing(/|\.ts$)`
const subgraph = '(identity|tracking|registry|datasets|jobs|deployments|workspaces|features)'

export default {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'domain/ holds the rules and must be true whatever carries them: move what speaks GraphQL, HTTP, SQL or S3 into graphql/, rest/ or store/ and hand it in as a port that domain/ declares.',
      severity: 'error',
      from: { path: '^subgraphs/[^/]+/domain/', pathNot: test },
      to: {
        path: [
          '^subgraphs/[^/]+/(graphql|rest|store)/',
          '^subgraphs/shared/db/',
          '(^|node_modules/)(graphql|type-graphql|graphql-[^/]+|@apollo/[^/]+|fastify|@fastify/[^/]+|drizzle-orm|pg|mysql2|@aws-sdk/[^/]+|@duckdb/[^/]+)(/|$)',
        ],
      },
    },
    {
      name: 'skins-are-thin',
      comment: 'graphql/ and rest/ translate and call one service; they may not reach into store/. Ask the service in domain/ for it, so that the rule holds on both faces.',
      severity: 'error',
      from: { path: '^subgraphs/[^/]+/(graphql|rest)/', pathNot: test },
      to: { path: '^subgraphs/[^/]+/store/' },
    },
    {
      name: 'subgraphs-are-islands',
      comment: 'A subgraph may not import another one. Meet in the graph, or declare a port in subgraphs/ports.ts; what both need and has no domain word belongs in subgraphs/shared/.',
      severity: 'error',
      from: { path: `^subgraphs/(?:${subgraph}|shared)/` },
      to: { path: ['^subgraphs/[^/]+/', '^(gateway|web)/'], pathNot: ['^subgraphs/shared/', '^subgraphs/$1/'] },
    },
    {
      name: 'gateway-has-no-rules',
      comment: 'The gateway is a door: it may use subgraphs/shared, ports.ts, and the subsystem.ts of each subgraph, nothing deeper. The rule you need belongs in a service of its subgraph.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: test },
      to: { path: ['^subgraphs/', '^web/'], pathNot: ['^subgraphs/shared/', '^subgraphs/ports\\.ts$', '^subgraphs/[^/]+/subsystem\\.ts$'] },
    },
    {
      name: 'web-sees-the-graph-only',
      comment: 'web/ knows the server by its graph: write a GraphQL document and use the generated type; never import a server file.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(gateway|subgraphs|scripts|workers)/' },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file and it is no entry point: use it or delete it.',
      severity: 'error',
      from: { orphan: true, pathNot: [test, '/main\\.tsx?$', 'profile-worker\\.ts$', '\\.d\\.ts$', '^web/vite\\.config\\.ts$'] },
      to: {},
    },
    {
      name: 'tests-are-leaves',
      comment: 'A test may not be imported, nor may code that runs use testing/. Move what you need into a module of its own.',
      severity: 'error',
      from: { pathNot: test },
      to: { path: test },
    },
  ],
  options: cruiseOptions,
}
