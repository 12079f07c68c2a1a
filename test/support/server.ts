/** A platform of its own for a test file: database, API, and a worker when asked for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Config, readConfig } from '../../src/config.ts'
import type { EnginePolicy } from '../../src/engine/embedded/policy.ts'
import { serve } from '../../src/http/server.ts'
import { startWorker } from '../../src/jobs/worker.ts'
import { openPlatform, type Platform } from '../../src/platform.ts'
import { type Client, clientOf } from './client.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { openRecordedLog, recordConfig } from './log-check/record.ts'

export interface TestServer {
  url: string
  platform: Platform
  database: TestDatabase
  /** Everything the service logged, as text. */
  logs: string[]
  client(token?: string): Client
}

export interface TestServerOptions {
  /** Jobs, and builds. */
  worker?: boolean
  /** Only builds. */
  runner?: boolean
  config?: Partial<Config>
  /** Of the embedded engine; what is not named is as by default. */
  engine?: Partial<EnginePolicy>
  /** A second API process on the same database and keys. */
  beside?: TestServer
}

export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer & AsyncDisposable> {
  const stack = new AsyncDisposableStackLike()
  const home = options.beside?.platform.config.home ?? mkdtempSync(join(tmpdir(), 'trochoid-home-'))
  if (!options.beside) stack.defer(async () => rmSync(home, { recursive: true, force: true }))
  const database = options.beside?.database ?? stack.use(await createTestDatabase())
  const config = {
    ...readConfig({
      TROCHOID_HOME: home,
      PORT: '0',
      HOST: '127.0.0.1',
      VALIDATE_RESPONSES: 'true',
      // Whoever tests it says so: nothing is built beside a test.
      CONSOLE: 'off',
      LOG_LEVEL: 'info',
      DATABASE_POOL_SIZE: '8',
      // Nothing listens there: no test asks the real one.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    }),
    ...options.config,
  }
  Object.assign(config, { engine: { ...config.engine, ...options.engine } })
  const logs: string[] = []
  const log = openRecordedLog(config.logLevel, logs)
  recordConfig(config)
  const platform = stack.use(await openPlatform(config, log, database.url))
  platform.onBadAnswer = (error, id) => {
    throw new Error(`${id} answers what its schema does not allow: ${error.message}`, { cause: error })
  }
  if (options.worker) stack.use(await startWorker(platform, database.url))
  const runner = options.worker || options.runner ? await platform.startRunner?.() : undefined
  if (runner) stack.use(runner)
  // Who asked here has their answer: nothing is on its way.
  const server = stack.use(await serve(platform, { silenceMs: 10 }))
  return {
    url: server.url,
    platform,
    database,
    logs,
    client: (token) => clientOf(server.url, token),
    [Symbol.asyncDispose]: () => stack.dispose(),
  }
}

/** For a whole file: `const server = useServer()`, ready when the tests run. */
export function useServer(options: TestServerOptions | (() => Promise<TestServerOptions>) = {}): TestServer {
  let server: (TestServer & AsyncDisposable) | undefined
  beforeAll(async () => {
    server = await openTestServer(typeof options === 'function' ? await options() : options)
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  return new Proxy({} as TestServer, { get: (_, name) => Reflect.get(server as object, name) })
}

/** AsyncDisposableStack is not in Node 20. */
class AsyncDisposableStackLike {
  readonly #disposers: (() => Promise<void>)[] = []
  use<T extends AsyncDisposable>(resource: T): T {
    this.#disposers.push(async () => resource[Symbol.asyncDispose]())
    return resource
  }
  defer(run: () => Promise<void>): void {
    this.#disposers.push(run)
  }
  async dispose(): Promise<void> {
    for (const dispose of this.#disposers.reverse()) await dispose()
  }
}
