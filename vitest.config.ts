import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const console = fileURLToPath(new URL('console/src', import.meta.url))

/**
 * One after another, each in processes of its own: a process that has run everything before is so large that the kernel needs
 * tens of milliseconds to start another from it, and the tests of git and of tasks start thousands (a tenth of all time, by perf).
 */
const groups = [
  // These wait for programs a quarter of the time.
  { name: 'parts', include: ['src/**/*.test.ts'], exclude: ['src/domains/**'], maxWorkers: 3 },
  { name: 'domains', include: ['src/domains/**/*.test.ts'] },
  { name: 'platform', include: ['test/**/*.test.ts'], exclude: ['test/console/**', 'test/soak/**'] },
  { name: 'console', include: ['test/console/*.test.ts'] },
  // Slow proofs of load, of killed processes, of time itself: `npm run soak`.
  ...(process.env.SOAK ? [{ name: 'soak', include: ['test/soak/*.test.ts'] }] : []),
]

export default defineConfig({
  test: {
    // Each file has a database and a server of its own; two cores carry two files at once.
    maxWorkers: 2,
    // A process runs file after file: our modules and the validators of the document are made once, which is a third of all time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      ...groups.map((group, groupOrder) => ({
        extends: true as const,
        test: { ...group, setupFiles: ['test/support/setup.ts'], sequence: { groupOrder } },
      })),
      {
        extends: true,
        // Pieces of the console by themselves, in a document without a browser. Its journeys are in test/console.
        resolve: { alias: { '@': console } },
        test: {
          name: 'pieces',
          include: ['console/src/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          setupFiles: ['console/src/test-setup.ts'],
          sequence: { groupOrder: groups.length },
        },
      },
    ],
  },
})
