/**
 * What the platform adds to git: scanning a catalogue of real stacks, filling in its largest pipeline, creating a component.
 * Repositories lie on this disk, so there is no network in it; the share is what git's own processes take of the whole.
 */
import { existsSync } from 'node:fs'
import { readConfig } from '../../src/config.ts'
import { scanSnapshot } from '../../src/domains/stack-sources/scan.ts'
import { templateData } from '../../src/formats/template/keys.ts'
import { renderTemplate } from '../../src/formats/template/template.ts'
import { serve } from '../../src/http/server.ts'
import { openLog } from '../../src/log.ts'
import type { GitRemote } from '../../src/outside/git/types.ts'
import { openPlatform, type Platform } from '../../src/platform.ts'
import { realCatalogue } from '../../test/support/real-stacks.ts'
import { openRepositories } from '../../test/support/repositories.ts'
import type { World } from './world.ts'

type Row = [what: string, measured: string, ratio: string, budget: string]

const stacks = new URL('../../../shared/data/stacks', import.meta.url)
const turns = 15

export async function gitRows(world: World): Promise<Row[]> {
  if (!existsSync(stacks)) return [['scan, interpolation, component: need ../shared/data/stacks', '–', '–', '–']]
  using repositories = openRepositories()
  const files = realCatalogue()
  const url = repositories.make('catalogue', { stacks: files })
  const config = readConfig({
    TROCHOID_HOME: world.home,
    HOST: '127.0.0.1',
    PORT: '0',
    GIT_LOCAL_PATHS: repositories.folder,
    LOG_LEVEL: 'silent',
  })
  await using platform = await openPlatform(config, openLog('silent'), world.databaseUrl)
  const count = Object.keys(files).filter((path) => path.endsWith('/.cycloid.yml')).length
  const cold = await scans(platform, (turn) => ({ tenant: 1000 + turn, url, credential: null }))
  const warm = await scans(platform, () => ({ tenant: 1000, url, credential: null }))
  return [
    [`scan of ${count} stacks, cold`, `${cold.whole.toFixed(0)} ms`, `git ${share(cold)}`, '–'],
    [`scan of ${count} stacks, warm`, `${warm.whole.toFixed(0)} ms`, `git ${share(warm)}`, '–'],
    ['interpolation of the largest pipeline', interpolation(files), '–', '–'],
    await componentRow(platform, world, repositories, url),
  ]
}

interface Times {
  whole: number
  git: number
}

const share = ({ whole, git }: Times): string => `${Math.round((git / whole) * 100)} %`
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Everything but the parsing of what was read is git's. */
async function scans(platform: Platform, remoteOf: (turn: number) => GitRemote): Promise<Times> {
  const times: Times[] = []
  for (let turn = 0; turn < turns; turn++) {
    let own = 0
    const started = performance.now()
    await platform.git.read(remoteOf(turn), 'stacks', async (snapshot) => {
      const inside = performance.now()
      let reading = 0
      const timed = async <T>(work: () => Promise<T>): Promise<T> => {
        const from = performance.now()
        const result = await work()
        reading += performance.now() - from
        return result
      }
      await scanSnapshot({
        commit: snapshot.commit,
        list: (folder) => timed(() => snapshot.list(folder)),
        read: (paths) => timed(() => snapshot.read(paths)),
      })
      own = performance.now() - inside - reading
    })
    const whole = performance.now() - started
    times.push({ whole, git: whole - own })
  }
  return { whole: median(times.map(({ whole }) => whole)), git: median(times.map(({ git }) => git)) }
}

function interpolation(files: Readonly<Record<string, string>>): string {
  const [path, text] = Object.entries(files)
    .filter(([name]) => name.includes('/pipeline/'))
    .reduce((largest, entry) => (entry[1].length > largest[1].length ? entry : largest), ['', ''])
  const data = templateData({
    organization: 'acme',
    project: 'shop',
    environment: 'prod',
    component: 'web',
    useCase: 'aws',
    catalogCredType: 'ssh',
  })
  const times = Array.from({ length: 200 }, () => {
    const started = performance.now()
    renderTemplate(text, data)
    return performance.now() - started
  })
  return `${median(times).toFixed(2)} ms (${(text.length / 1024).toFixed(0)} KiB, ${path})`
}

/** Over HTTP, one after the other; git is everything between the call of `commit` and its answer but our own edit. */
async function componentRow(
  platform: Platform,
  world: World,
  repositories: ReturnType<typeof openRepositories>,
  catalogue: string,
): Promise<Row> {
  let git = 0
  const { commit } = platform.git
  platform.git.commit = async (remote, branch, options, edit) => {
    let own = 0
    const started = performance.now()
    try {
      return await commit(remote, branch, options, async (tip) => {
        const from = performance.now()
        try {
          return await edit(tip)
        } finally {
          own += performance.now() - from
        }
      })
    } finally {
      git += performance.now() - started - own
    }
  }
  await using server = await serve(platform)
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const headers = { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/organizations/bench${path}`, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  }
  await call('POST', '/credentials', {
    name: 'Git',
    canonical: 'git',
    type: 'basic_auth',
    path: 'git',
    raw: { username: 'a', password: 'b' },
  })
  const config = {
    name: 'Real',
    canonical: 'real',
    url: repositories.make('config'),
    branch: 'config',
    credential_canonical: 'git',
    default: true,
  }
  await call('POST', '/config_repositories', config)
  await call('POST', '/service_catalog_sources', { name: 'Catalogue', url: catalogue, branch: 'stacks' })
  await call('POST', '/projects', { name: 'Real', canonical: 'real', config_repository_canonical: 'real' })
  const times: Times[] = []
  for (let turn = 0; turn < turns; turn++) {
    await call('POST', '/projects/real/environments', { name: `e${turn}`, canonical: `e${turn}` })
    git = 0
    const started = performance.now()
    await call('POST', `/projects/real/environments/e${turn}/components`, {
      name: 'Web',
      canonical: 'web',
      service_catalog_ref: 'bench:testing_blueprint',
      use_case: 'aws',
    })
    times.push({ whole: performance.now() - started, git })
  }
  const result = { whole: median(times.map(({ whole }) => whole)), git: median(times.map((time) => time.git)) }
  return ['create a component, end to end', `${result.whole.toFixed(0)} ms`, `git ${share(result)}`, '–']
}
