import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Each file has a database and a server of its own; two cores carry two files at once.
    maxWorkers: 2,
    // A process runs file after file: our modules and the validators of the document are made once, which is a third of all time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
