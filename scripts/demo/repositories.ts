/**
 * The demo's git repositories, made with git in the folder that a laptop's installation may use (GIT_LOCAL_PATHS): a catalogue
 * with real stacks where ../shared has them, otherwise with one of our own, and an empty one for the configuration.
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
  /** The newest commit of the configuration, as git shows it. */
  newestCommit(): string
}

const allowed = process.env.GIT_LOCAL_PATHS?.split(',')[0] ?? join(process.env.TROCHOID_HOME ?? '.trochoid', 'repositories')
const real = fileURLToPath(new URL('../../../shared/data/stacks/onboarding-stacks', import.meta.url))

export async function makeRepositories(run: string): Promise<DemoRepositories> {
  const folder = resolve(allowed, `demo-${run}`)
  mkdirSync(folder, { recursive: true })
  const [catalogue, config] = [join(folder, 'catalogue.git'), join(folder, 'config.git')]
  for (const path of [catalogue, config]) git(path, ['init', '--quiet', '--bare', '--initial-branch=main'])
  const isReal = existsSync(real)
  commit(catalogue, 'stacks', isReal ? realStack() : ownStack)
  return {
    catalogue,
    config,
    stack: isReal
      ? { canonical: 'testing_blueprint', useCase: 'aws', vars: {} }
      : { canonical: 'stack-web', useCase: 'default', vars: { Server: { Size: { 'module.web.instance_type': 'large' } } } },
    newestCommit: () => git(config, ['log', '-1', '--stat', '--format=%h %an: %s', 'config']).trim(),
  }
}

/** A public stack as it is, with the Terraform file that the collection left out. */
function realStack(): Record<string, string> {
  const name = 'testing_blueprint'
  const entries = readdirSync(join(real, name), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  const files = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return [path.slice(real.length + 1), readFileSync(path, 'utf8')]
  })
  return { ...Object.fromEntries(files), [`${name}/terraform/main.tf.sample`]: 'module "example" {\n  source = "./module"\n}\n' }
}

const ownStack: Record<string, string> = {
  'stack-web/.cycloid.yml': `version: '4'
name: Web server
canonical: stack-web
author: Trochoid
description: One web server
keywords: [web]
config:
  default:
    name: Default
    description: A single server
    cloud_provider: aws
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .config_root $)/pipeline/variables.yml'}
    terraform:
      main: {path: terraform/main.tf.sample, destination: '($ .config_root $)/terraform/main.tf'}
`,
  'stack-web/.forms.yml': `version: '3'
use_cases:
  - name: default
    sections:
      - name: Server
        groups:
          - name: Size
            technologies: [terraform]
            vars:
              - {name: Type, key: module.web.instance_type, type: string, widget: dropdown, values: [small, large], default: small}
`,
  'stack-web/pipeline/pipeline.yml': 'jobs:\n  - name: deploy-($ .project $)\n    plan: []\n',
  'stack-web/pipeline/variables.sample.yml': '# Where ($ .project $) runs\nregion: eu-west-1\n',
  'stack-web/terraform/main.tf.sample': 'module "web" {\n  source        = "./web"\n  instance_type = "small" # the size\n}\n',
}

function commit(path: string, branch: string, files: Readonly<Record<string, string>>): void {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  const changes = Object.entries(files).map(([file, text]) => `M 100644 inline ${file}\n${data(text)}`)
  const now = Math.floor(Date.now() / 1000)
  git(
    path,
    ['fast-import', '--quiet'],
    `commit refs/heads/${branch}\ncommitter Demo <demo@example.com> ${now} +0000\n${data('Stacks')}${changes.join('')}`,
  )
}

const git = (path: string, args: readonly string[], input = ''): string =>
  execFileSync('git', ['--git-dir', path, ...args], { input, encoding: 'utf8' })
