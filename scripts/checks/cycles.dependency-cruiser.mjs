/** The one rule of .dependency-cruiser.mjs that must not see type-only imports: they vanish when the program runs. */
import { cruiseOptions, readThroughSwc } from './swc-reader.mjs'

readThroughSwc({ typeImports: 'drop' })

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'These files need each other to load. Move what both need into a third file, or make the import a type.',
      severity: 'error',
      // Object types of a graph name each other, by thunks that run after all of them are loaded.
      from: { pathNot: '^subgraphs/[^/]+/graphql/' },
      to: { circular: true },
    },
  ],
  options: cruiseOptions,
}
