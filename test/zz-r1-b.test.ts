import { appendFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'vitest'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { openStateWorld, stateOf } from './support/state-world.ts'
import { gitIn } from './support/workshop.ts'

const say = (...what: unknown[]) => appendFileSync('/tmp/r1/b.out', what.map((w) => (typeof w === 'string' ? w : JSON.stringify(w))).join(' ') + '\n')
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = async () => {
  const world = await openStateWorld(server, repositories)
  return { ...world, org: { organization_canonical: world.workshop.org } }
}
async function watched<T>(name: string, run: () => Promise<T>): Promise<T> {
  let last = performance.now(), worst = 0, rss = 0
  const timer = setInterval(() => { const now = performance.now(); worst = Math.max(worst, now - last); last = now; rss = Math.max(rss, process.memoryUsage().rss) }, 10)
  const before = process.memoryUsage().rss
  const started = performance.now()
  try { return await run() } finally {
    clearInterval(timer); rss = Math.max(rss, process.memoryUsage().rss)
    say(name, 'took', String(Math.round(performance.now() - started)), 'ms; longest stop of the event loop', String(Math.round(worst)), 'ms; rss', String(Math.round(before / 1e6)), '->', String(Math.round(rss / 1e6)), 'MB')
  }
}
const raw = async (path: string, init: RequestInit = {}) => {
  const r = await fetch(`${server.url}${path}`, init)
  let n = 0
  const head: string[] = []
  for await (const chunk of r.body as any) { if (n < 300) head.push(Buffer.from(chunk).subarray(0, 300).toString()); n += chunk.length }
  return { status: r.status, bytes: n, head: head.join('').slice(0, 250) }
}

test('two slow uploads', async () => {
  const mallory = await open()
  const victim = await open()
  const sockets = [1, 2].map(() => {
    const url = new URL(server.url)
    const s = connect(Number(url.port), url.hostname)
    s.on('error', () => {})
    s.write(`POST /inventory?jwt=${mallory.token} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1100000\r\n\r\n{"versio`)
    return s
  })
  const drip = setInterval(() => sockets.forEach((s) => s.write(' ')), 5000)
  await sleep(500)
  const big = JSON.stringify(stateOf(1, ['a'], { outputs: { x: { value: 'y'.repeat(1_200_000), type: 'string' } } }))
  const started = performance.now()
  const a = await victim.backend.push(big)
  say('SLOW: upload of 1.2 MB of another organization:', String(a.status), 'after', String(Math.round(performance.now() - started)), 'ms', await a.text())
  clearInterval(drip)
  sockets.forEach((s) => s.destroy())
}, 120_000)

test('event loop', async () => {
  const { backend, ada, org } = await open()
  const attributes = '{' + Array.from({ length: 3_000_000 }, (_, i) => `"k${i}":${i}`).join(',') + '}'
  const body = Buffer.from(JSON.stringify(stateOf(1, [{ mode: 'managed', type: 't_x', name: 'a', provider: 'p', instances: [{ attributes: 'HERE' }] }])).replace('"HERE"', () => attributes))
  say('LOOP bytes', String(body.length))
  await watched('LOOP one instance with 3 million attributes', async () => { const a = await backend.ask('POST', '/inventory', { body }); say(' ', String(a.status), await a.text()) })
  const small = Buffer.from(JSON.stringify(stateOf(2, [{ mode: 'managed', type: 't_x', name: 'a', provider: 'p', instances: [{ attributes: 'HERE' }] }])).replace('"HERE"', () => '{' + Array.from({ length: 60_000 }, (_, i) => `"k${i}":${i}`).join(',') + '}'))
  say('LOOP small bytes', String(small.length))
  await watched('LOOP 1 MB', async () => { const a = await backend.ask('POST', '/inventory', { body: small }); say(' ', String(a.status)) })
}, 200_000)
