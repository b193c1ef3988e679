import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Paths that the gateway answers; everything else is the client's own address (web/src/paths.ts). */
const served = ['/graphql', '/auth', '/p/']
const gateway = process.env['SLUICE_URL'] ?? 'http://127.0.0.1:3000'

/**
 * Two entries: the client, and the explorer (Monaco is larger than everything else together). Nothing is inlined into
 * the HTML, so `script-src 'self'` and `style-src 'self'` hold.
 */
export default defineConfig({
  root: here('.'),
  plugins: [react()],
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4_000, // Monaco, in the explorer only
    rollupOptions: {
      input: { app: here('index.html'), explorer: here('explorer.html') },
      // GraphiQL's files say "use no memo" to the React compiler, which does not run here.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(served.map((path) => [path, { target: gateway, changeOrigin: false }])) },
})
