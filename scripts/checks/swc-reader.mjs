/** How dependency-cruiser reads our files through swc: two switches that it does not offer itself. */
import { Compiler } from '@swc/core'

const { parseFileSync } = Compiler.prototype

/**
 * `.tsx` is read as TSX (dependency-cruiser 17 asks for plain TypeScript, which fails at the first element).
 * @param {{ typeImports: 'keep' | 'drop' }} options keep them where layers are judged, drop them where load order is
 */
export function readThroughSwc({ typeImports }) {
  Compiler.prototype.parseFileSync = function (path, options) {
    const module = parseFileSync.call(this, path, { ...options, tsx: path.endsWith('.tsx') })
    return typeImports === 'keep' ? module : { ...module, body: module.body.filter((item) => item.typeOnly !== true) }
  }
}

export const cruiseOptions = {
  parser: 'swc',
  doNotFollow: { path: 'node_modules' },
  exclude: { path: ['^dist/', '^web/src/data/gql/'] },
  enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
}
