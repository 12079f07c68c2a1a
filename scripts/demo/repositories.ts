/**
 * The demo's git repositories, made with git in the folder that a laptop's installation may use (GIT_LOCAL_PATHS): a catalogue
 * with real stacks where ../shared has them, otherwise with our example, and an empty one for the configuration.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface DemoRepositories {
  catalogue: string
  config: string
  /** Which stack to use, and with what in its form. */
  stack: { canonical: string; useCase: string; vars: Record<string, Record<string, Record<string, unknown>>> }
  /** A program with a test that fails, until `mend` makes it pass. */
  app: string
  mend(): void
  /** The newest commit of the configuration, as git shows it. */
  newestCommit(): string
}

const allowed = process.env.GIT_LOCAL_PATHS?.split(',')[0] ?? join(process.env.TROCHOID_HOME ?? '.trochoid', 'repositories')
const examples = fileURLToPath(new URL('../../examples/stacks', import.meta.url))
const real = fileURLToPath(new URL('../../../shared/data/stacks/onboarding-stacks', import.meta.url))

export async function makeRepositories(run: string): Promise<DemoRepositories> {
  const folder = resolve(allowed, `demo-${run}`)
  mkdirSync(folder, { recursive: true })
  const [catalogue, config, app] = ['catalogue', 'config', 'app'].map((name) => join(folder, `${name}.git`)) as [string, string, string]
  for (const path of [catalogue, config, app]) git(path, ['init', '--quiet', '--bare', '--initial-branch=main'])
  const isReal = existsSync(real)
  commit(catalogue, 'stacks', isReal ? realStack() : filesOf(examples, 'stack-web'))
  commit(app, 'main', { 'test.sh': 'echo "2 + 2 = 5?"\nexit 1\n' })
  return {
    catalogue,
    config,
    app,
    mend: () => commit(app, 'main', { 'test.sh': 'echo "2 + 2 = 4"\n' }, 'Mend the test'),
    stack: isReal
      ? { canonical: 'testing_blueprint', useCase: 'aws', vars: {} }
      : { canonical: 'stack-web', useCase: 'default', vars: { Server: { Size: { 'module.web.instances': 2 } } } },
    newestCommit: () => git(config, ['log', '-1', '--stat', '--format=%h %an: %s', 'config']).trim(),
  }
}

/** A public stack as it is, with the Terraform file that the collection left out. */
const realStack = (): Record<string, string> => ({
  ...filesOf(real, 'testing_blueprint'),
  'testing_blueprint/terraform/main.tf.sample': 'module "example" {\n  source = "./module"\n}\n',
})

function filesOf(folder: string, stack: string): Record<string, string> {
  const entries = readdirSync(join(folder, stack), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))
}

function commit(path: string, branch: string, files: Readonly<Record<string, string>>, message = 'First'): void {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  const changes = Object.entries(files).map(([file, text]) => `M 100644 inline ${file}\n${data(text)}`)
  const now = Math.floor(Date.now() / 1000)
  const tip = git(path, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]).trim()
  git(
    path,
    ['fast-import', '--quiet'],
    `commit refs/heads/${branch}\ncommitter Demo <demo@example.com> ${now} +0000\n${data(message)}${tip ? `from ${tip}\n` : ''}${changes.join('')}`,
  )
}

const git = (path: string, args: readonly string[], input = ''): string =>
  execFileSync('git', ['--git-dir', path, ...args], { input, encoding: 'utf8' })
