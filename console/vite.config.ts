/** The console: built into `console/dist`, which the API serves at /console. For work on it: `npx vite console`, beside `npm start`. */
import { fileURLToPath } from 'node:url'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: at('.'),
  base: '/console/',
  plugins: [
    tanstackRouter({
      target: 'react',
      autoCodeSplitting: true,
      routesDirectory: at('src/routes'),
      generatedRouteTree: at('src/routeTree.gen.ts'),
      quoteStyle: 'single',
      semicolons: false,
      addExtensions: true,
    }),
    react(),
  ],
  resolve: { alias: { '@': at('src') } },
  // Replaced in each answer, so that styles which components write are let through by the policy, and nothing else is.
  html: { cspNonce: '__CSP_NONCE__' },
  // Nothing inline: the policy lets scripts and fonts come from files only. No preload script either, for the same reason.
  build: {
    outDir: at('dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    sourcemap: false,
    target: 'es2022',
    // Browsers that know light-dark(): for older ones the bundler would write variables that nothing sets.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // What most pages share comes in few files: left to itself, the bundler made 159 small ones for the first page.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(?:react|react-dom|scheduler|@tanstack|i18next|react-i18next|openapi-fetch)\//,
              priority: 2,
            },
            {
              name: 'kit',
              test: /node_modules\/(?:@mantine\/(?:core|hooks|notifications|modals|store)|@floating-ui|@tabler|clsx|tabbable)\/|console\/src\/(?:kit|api|access)\//,
              minShareCount: 24,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    proxy: { '^/(?!console)': { target: process.env.TROCHOID_URL ?? 'http://127.0.0.1:3001', changeOrigin: false } },
  },
})
