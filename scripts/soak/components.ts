/** Kills the server with -9 while components are created, changed and deleted, and looks whether git and the platform agree again. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { webStack } from '../../test/support/web-stack.ts'
import { call, foundOrganization, start } from './server.ts'

/** Short, so that the jobs which look after what was left lying run soon: three commands and fifteen seconds later. */
const settings = { GIT_TIMEOUT_SECONDS: '2' }
const patience = 60_000
const environment = '/organizations/soak/projects/shop/environments/prod'

/** @returns the number of rounds after which something did not add up */
export async function componentRounds(home: string, rounds: number): Promise<number> {
  const repositories = join(home, 'repositories')
  mkdirSync(repositories, { recursive: true })
  let server = await start(home, settings)
  let failed = 0
  try {
    const key = await furnish(repositories)
    const known: Known = { confirmed: new Map(), unsure: new Set() }
    for (let round = 1; round <= rounds; round++) {
      const writers = Array.from({ length: 6 }, (_, writer) => write(key, `r${round}-w${writer}`, known))
      await sleep(500 + Math.random() * 1500)
      server.kill('SIGKILL')
      await Promise.all(writers)
      server = await start(home, settings)
      const { problems, seconds } = await agree(key, repositories, known)
      failed += problems.length > 0 ? 1 : 0
      const told = problems.map((problem) => `\n    ${problem}`).join('')
      console.log(
        `${problems.length === 0 ? '✓' : '✗'} round ${round}: ${known.confirmed.size} components confirmed so far, git and platform agreed after ${seconds} s${told}`,
      )
    }
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
  console.log(`kill -9 between git and database: ${rounds - failed} passed, ${failed} failed`)
  return failed
}

interface Known {
  /** Region by component, of what was answered with a success. */
  confirmed: Map<string, string>
  /** Asked for without an answer: both outcomes are right, as long as git and the platform have the same one. */
  unsure: Set<string>
}

async function furnish(folder: string): Promise<string> {
  const key = await foundOrganization()
  for (const name of ['catalogue', 'config']) git(join(folder, `${name}.git`), ['init', '--quiet', '--bare', '--initial-branch=main'])
  const files = Object.entries(webStack()).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`)
  const commit = `commit refs/heads/stacks\ncommitter Soak <soak@example.com> ${Math.floor(Date.now() / 1000)} +0000\n${data('Stacks')}${files.join('')}`
  git(join(folder, 'catalogue.git'), ['fast-import', '--quiet'], commit)
  const credential = { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'secret' } }
  await call('POST', '/organizations/soak/credentials', credential, key)
  const config = { name: 'Config', url: join(folder, 'config.git'), branch: 'config', credential_canonical: 'git', default: true }
  await call('POST', '/organizations/soak/config_repositories', config, key)
  await call(
    'POST',
    '/organizations/soak/service_catalog_sources',
    { name: 'Stacks', url: join(folder, 'catalogue.git'), branch: 'stacks' },
    key,
  )
  await call('POST', '/organizations/soak/projects', { name: 'Shop', canonical: 'shop', config_repository_canonical: 'config' }, key)
  await call('POST', '/organizations/soak/projects/shop/environments', { name: 'prod', canonical: 'prod' }, key)
  return key
}

/** One after the other until the server is gone: create, change, and delete every third. */
async function write(key: string, prefix: string, { confirmed, unsure }: Known): Promise<void> {
  for (let index = 0; ; index++) {
    const canonical = `${prefix}-${index}`
    const vars = (region: string) => ({ Server: { Pipeline: { region } } })
    try {
      unsure.add(canonical)
      const stack = { service_catalog_ref: 'soak:web', use_case: 'default' }
      await call('POST', `${environment}/components`, { name: canonical, canonical, ...stack, vars: vars('first') }, key)
      confirmed.set(canonical, 'first')
      await call('PUT', `${environment}/components/${canonical}`, { name: canonical, use_case: 'default', vars: vars('second') }, key)
      confirmed.set(canonical, 'second')
      if (index % 3 === 2) {
        await call('DELETE', `${environment}/components/${canonical}`, undefined, key)
        confirmed.delete(canonical)
      }
      unsure.delete(canonical)
    } catch {
      return
    }
  }
}

/** Waits until the two say the same, as long as the jobs may take. */
async function agree(key: string, folder: string, known: Known): Promise<{ problems: string[]; seconds: string }> {
  const started = performance.now()
  for (;;) {
    const problems = await compare(key, folder, known)
    const elapsed = performance.now() - started
    if (problems.length === 0 || elapsed > patience) return { problems: problems.slice(0, 10), seconds: (elapsed / 1000).toFixed(0) }
    await sleep(1000)
  }
}

async function compare(key: string, folder: string, { confirmed, unsure }: Known): Promise<string[]> {
  const listed = (await call('GET', `${environment}/components`, undefined, key)).data as { canonical: string }[]
  const there = new Set(listed.map(({ canonical }) => canonical))
  const config = join(folder, 'config.git')
  const paths = git(config, ['for-each-ref', 'refs/heads/config']) && git(config, ['ls-tree', '-r', '--name-only', 'config'])
  const inGit = new Set(paths.split('\n').flatMap((path) => /^soak\/shop\/prod\/([^/]+)\//.exec(path)?.[1] ?? []))
  const problems: string[] = []
  for (const name of there) if (!inGit.has(name)) problems.push(`${name} is a component without files`)
  for (const name of inGit) if (!there.has(name)) problems.push(`${name} has files and is no component`)
  for (const [name, region] of confirmed) {
    if (!there.has(name)) {
      if (!unsure.has(name)) problems.push(`${name} was confirmed and is lost`)
      continue
    }
    const text = git(config, ['show', `config:soak/shop/prod/${name}/pipeline/variables.yml`])
    const found = /^region: (\S+)/m.exec(text)?.[1]
    if (found !== region && !unsure.has(name)) problems.push(`${name} has the region ${found}, and ${region} was confirmed`)
  }
  const parents = git(config, ['log', '--format=%P', 'config']).split('\n')
  if (parents.some((line) => line.includes(' '))) problems.push('the history is not one line')
  return problems
}

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
const git = (path: string, args: readonly string[], input = ''): string =>
  execFileSync('git', ['--git-dir', path, ...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
