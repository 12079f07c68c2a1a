/** An organization with everything that a component needs: a catalogue and a config repository on real git, a project, an environment. */
import type { Client } from './client.ts'
import type { Files, Repositories } from './repositories.ts'
import { environment, fresh, member, organization, project, scenario } from './scenario.ts'
import type { TestServer } from './server.ts'

export interface Workshop {
  org: string
  ada: Client
  /** Names of the bare repositories. */
  catalogue: string
  config: string
  at: { organization_canonical: string; project_canonical: string; environment_canonical: string }
}

/** The configuration of a server that may use these repositories. */
export const gitIn = (repositories: Repositories, more: { seconds?: number } = {}) => ({
  git: {
    localPaths: [repositories.folder],
    plainHttp: false,
    hostKeys: 'accept-new' as const,
    knownHostsFile: undefined,
    limits: { repositoryBytes: 50 * 2 ** 20, fileBytes: 2 ** 20, files: 5000, seconds: more.seconds ?? 30 },
  },
})

/** @param stacks files of the catalogue's branch `stacks`; none for no catalogue at all */
export async function openWorkshop(server: TestServer, repositories: Repositories, stacks: Files, config: Files = {}): Promise<Workshop> {
  const org = fresh('acme')
  const names = { catalogue: `${org}-catalogue`, config: `${org}-config` }
  const { ada } = await scenario(server, organization(org, member('ada'), project('shop', environment('prod'), environment('staging'))))
  const path = { organization_canonical: org }
  await must(
    ada.createCredential({ path, body: { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'x' } } }),
  )
  // The scenario's project points to a repository that is nowhere: it becomes this one.
  const url = repositories.make(names.config, Object.keys(config).length > 0 ? { config } : {})
  await must(
    ada.updateConfigRepository({
      path: { ...path, config_repository_canonical: 'config' },
      body: { name: 'config', url, branch: 'config', credential_canonical: 'git', default: true },
    }),
  )
  if (Object.keys(stacks).length > 0)
    await must(
      ada.createServiceCatalogSource({
        path,
        body: { name: 'Catalogue', url: repositories.make(names.catalogue, { stacks }), branch: 'stacks' },
      }),
    )
  return { org, ada, ...names, at: { ...path, project_canonical: 'shop', environment_canonical: 'prod' } }
}

/** A set-up step that is not what the test is about. */
export async function must<T extends { status: number; body: unknown }>(answer: Promise<T>): Promise<T> {
  const got = await answer
  if (got.status >= 300) throw new Error(`a step of the set-up was refused with ${got.status}: ${JSON.stringify(got.body)}`)
  return got
}

/** A small stack in the newest form: a variables file, a Terraform file, a template. */
export const webStack = (canonical = 'web', more: { useCase?: string } = {}): Record<string, string> => {
  const useCase = more.useCase ?? 'default'
  return {
    [`${canonical}/.cycloid.yml`]: `version: '4'
name: Web
canonical: ${canonical}
author: Ada
description: A web server
keywords: [web]
config:
  ${useCase}:
    name: Default
    description: One server
    cloud_provider: aws
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .config_root $)/pipeline/variables.yml'}
    terraform:
      main: {path: terraform/main.tf.sample, destination: '($ .config_root $)/terraform/main.tf'}
`,
    [`${canonical}/.forms.yml`]: `version: '3'
use_cases:
  - name: ${useCase}
    sections:
      - name: Server
        groups:
          - name: Size
            technologies: [terraform]
            vars:
              - {name: Type, key: module.web.instance_type, type: string, widget: dropdown, values: [small, large], default: small}
              - {name: Count, key: module.web.count, type: integer, widget: number, default: 1}
          - name: Pipeline
            technologies: [pipeline]
            vars:
              - {name: Region, key: region, type: string, widget: simple_text, required: true}
              - {name: Labels, key: labels, type: map, widget: text_area}
              - {name: Things, key: things, type: array, widget: text_area}
              - {name: Bucket, key: bucket, type: string, widget: simple_text, default: '($ .org $)-($ .project $)-state'}
`,
    [`${canonical}/pipeline/pipeline.yml`]: `jobs:
  - name: deploy-($ .project $)-($ .env $)
    plan: []
`,
    [`${canonical}/pipeline/variables.sample.yml`]: `# Where ($ .project $) runs
region: nowhere # filled by the form
untouched: 'yes'
`,
    [`${canonical}/terraform/main.tf.sample`]: `# ($ .component $)
module "web" {
  source        = "./web"
  instance_type = "Filled by stackforms" # the size
}
`,
    [`${canonical}/README.md`]: '# Web\n',
  }
}
