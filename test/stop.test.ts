import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestDatabase } from './support/database.ts'

/** Complete answers, and how each worker ended. */
interface Outcome {
  answered: number
  ended: string[]
}

test('SIGTERM under load: every request that was sent is answered, then the process ends by itself', async () => {
  await using database = await createTestDatabase()
  const home = mkdtempSync(join(tmpdir(), 'trochoid-stop-'))
  const port = await freePort()
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    TROCHOID_HOME: home,
    LOG_LEVEL: 'error',
    CONSOLE: 'off',
  }
  const server = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], { env, stdio: 'ignore' })
  try {
    await answering(port)
    const agent = new Agent({ keepAlive: true })
    const outcome: Outcome = { answered: 0, ended: [] }
    const workers = Array.from({ length: 10 }, () => work(port, agent, outcome))
    while (outcome.answered < 50 && outcome.ended.length === 0) await new Promise((wake) => setTimeout(wake, 20))
    server.kill('SIGTERM')
    const [code] = await once(server, 'exit')
    await Promise.all(workers)
    // Only the refusal of a new connection ends a worker: a reset would be a request that was lost.
    expect(new Set(outcome.ended)).toEqual(new Set(['ECONNREFUSED']))
    expect(code).toBe(0)
  } finally {
    server.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
})

async function work(port: number, agent: Agent, outcome: Outcome): Promise<void> {
  for (;;) {
    try {
      await get(port, agent)
      outcome.answered++
    } catch (error) {
      outcome.ended.push((error as NodeJS.ErrnoException).code ?? String(error))
      return
    }
  }
}

function get(port: number, agent?: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/status', ...(agent ? { agent } : {}) }, (response) => {
      response.resume()
      response.on('end', resolve)
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (
      await get(port).then(
        () => true,
        () => false,
      )
    )
      return
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error('the server does not answer')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  return port
}
