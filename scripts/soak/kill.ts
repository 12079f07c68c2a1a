/** Kills the server with -9 while clients write, starts it again on the same data, and looks whether everything adds up. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const port = 30_000 + (process.pid % 20_000)
const url = `http://127.0.0.1:${port}`
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** @returns the number of rounds in which something did not add up */
export async function killRounds(home: string, rounds: number): Promise<number> {
  let server = await start(home)
  let failed = 0
  try {
    const key = await found()
    /** Canonicals whose creation was answered with 200: these must be there whatever happens. */
    const confirmed = new Set<string>()
    for (let round = 1; round <= rounds; round++) {
      const writers = Array.from({ length: 8 }, (_, writer) => write(key, `r${round}-w${writer}`, confirmed))
      await new Promise((wake) => setTimeout(wake, 300 + Math.random() * 1200))
      server.kill('SIGKILL')
      await Promise.all(writers)
      const down = performance.now()
      server = await start(home)
      const back = ((performance.now() - down) / 1000).toFixed(1)
      const problems = await compare(key, confirmed)
      failed += problems.length > 0 ? 1 : 0
      const told = problems.map((problem) => `\n    ${problem}`).join('')
      console.log(`${problems.length === 0 ? '✓' : '✗'} round ${round}: ${confirmed.size} confirmed so far, back after ${back} s${told}`)
    }
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
  console.log(`kill -9: ${rounds - failed} passed, ${failed} failed`)
  return failed
}

async function start(home: string): Promise<ChildProcess> {
  const env = { ...process.env, PORT: String(port), HOST: '127.0.0.1', TROCHOID_HOME: home, LOG_LEVEL: 'error', RATE_LIMIT_FACTOR: '0' }
  const child = spawn(process.execPath, ['--import', 'tsx', main], { env, stdio: 'ignore' })
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error('the server does not start again')
    const response = await fetch(`${url}/health_check`).catch(() => undefined)
    if (response?.ok) return child
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error('the server does not answer within 30 seconds')
}

async function found(): Promise<string> {
  const person = { username: 'soak', email: 'soak@example.com', password: 'a long password', given_name: 'Soak', family_name: 'Test' }
  await call('POST', '/user', person)
  const session = await call('POST', '/user/login', { email: person.email, password: person.password })
  const token = session.data.token as string
  await call('POST', '/organizations', { name: 'Soak', canonical: 'soak' }, token)
  const { data } = await call(
    'POST',
    '/organizations/soak/api_keys',
    { name: 'Soak', rules: [{ action: 'organization:**', effect: 'allow' }] },
    token,
  )
  const credential = { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'secret' } }
  await call('POST', '/organizations/soak/credentials', credential, data.token)
  await call(
    'POST',
    '/organizations/soak/config_repositories',
    { name: 'Config', url: 'https://git.example.com/c.git', branch: 'main', credential_canonical: 'git', default: true },
    data.token,
  )
  return data.token
}

/** One after the other until the server is gone: a project with two environments each time. */
async function write(key: string, prefix: string, confirmed: Set<string>): Promise<void> {
  for (let index = 0; ; index++) {
    const canonical = `${prefix}-${index}`
    try {
      await call('POST', '/organizations/soak/projects', { name: canonical, canonical, config_repository_canonical: 'config' }, key)
      confirmed.add(canonical)
      for (const name of ['staging', 'prod']) {
        await call('POST', `/organizations/soak/projects/${canonical}/environments`, { name }, key)
        confirmed.add(`${canonical}/${name}`)
      }
    } catch {
      return
    }
  }
}

/** Everything that was confirmed is there; everything that is there has its one event, and every event its thing. */
async function compare(key: string, confirmed: ReadonlySet<string>): Promise<string[]> {
  const projects = (await call('GET', '/organizations/soak/projects?page_size=1000000', undefined, key)).data as {
    canonical: string
    environments: { canonical: string }[]
  }[]
  const there = new Set(
    projects.flatMap(({ canonical, environments }) => [
      canonical,
      ...environments.map((environment) => `${canonical}/${environment.canonical}`),
    ]),
  )
  const events = await readEvents(key)
  const told = events
    .filter(({ action, entity }) => action === 'create' && (entity === 'project' || entity === 'environment'))
    .map(({ entity, name, project_canonical }) => (entity === 'project' ? name : `${project_canonical}/${name}`))
  const problems: string[] = []
  for (const name of confirmed) if (!there.has(name)) problems.push(`${name} was confirmed and is lost`)
  const counts = new Map<string | undefined, number>()
  for (const name of told) counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const name of there) if (counts.get(name) !== 1) problems.push(`${name} is there with ${counts.get(name) ?? 0} events`)
  for (const name of counts.keys())
    if (name === undefined || !there.has(name)) problems.push(`an event tells of ${name}, which is not there`)
  return problems.slice(0, 10)
}

/** In slices of time, because one answer holds a limited number of events. */
async function readEvents(key: string): Promise<Record<string, string>[]> {
  const found: Record<string, string>[] = []
  const end = Date.now() + 60_000
  for (let begin = end - 3_600_000; begin < end; begin += 5_000) {
    const { data } = await call('GET', `/organizations/soak/events?begin=${begin}&end=${begin + 4_999}`, undefined, key)
    for (const { tags } of data as { tags: { key: string; value: string }[] }[])
      found.push(Object.fromEntries(tags.map(({ key: name, value }) => [name, value])))
  }
  return found
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a script would.
async function call(method: string, path: string, body?: unknown, token?: string): Promise<any> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
