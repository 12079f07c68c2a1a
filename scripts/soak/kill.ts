/** Kills the server with -9 while clients write, starts it again on the same data, and looks whether everything adds up. */
import { once } from 'node:events'
import { call, foundOrganization, start } from './server.ts'

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

async function found(): Promise<string> {
  const token = await foundOrganization()
  const credential = { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'secret' } }
  await call('POST', '/organizations/soak/credentials', credential, token)
  await call(
    'POST',
    '/organizations/soak/config_repositories',
    { name: 'Config', url: 'https://git.example.com/c.git', branch: 'main', credential_canonical: 'git', default: true },
    token,
  )
  return token
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
