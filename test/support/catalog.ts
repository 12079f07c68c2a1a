/** Catalog repositories for tests: stacks as files in a local bare repository, registered with an organization. */
import { expect } from 'vitest'
import type { Client } from './client.ts'
import type { Files, Repositories } from './repositories.ts'
import { apiKey, fresh, member, organization, scenario, team } from './scenario.ts'
import type { TestServer } from './server.ts'
import { quietPipeline } from './web-stack.ts'

/** The files of a small stack in a directory called like it; `more` is appended to its definition. */
export function stackFiles(canonical: string, more = '', files: Files = {}): Record<string, string | Buffer> {
  const definition = `version: '3'
name: ${canonical}
canonical: ${canonical}
description: It does ${canonical}.
author: somebody
keywords: [test]
${more}
config:
  default:
    name: Default
    cloud_provider: aws
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .config_root $)/pipeline/variables.yml'}
    terraform:
      main: {path: terraform/main.tf, destination: '($ .config_root $)/terraform/main.tf'}
`
  const own = {
    '.cycloid.yml': definition,
    'README.md': `# ${canonical}\n`,
    'pipeline/pipeline.yml': quietPipeline,
    'pipeline/variables.sample.yml': '',
    'terraform/main.tf': 'module "main" {\n  source = "./here"\n}\n',
    ...files,
  }
  return Object.fromEntries(Object.entries(own).map(([path, content]) => [`${canonical}/${path}`, content]))
}

/** A bare repository with these files on its branch `stacks`, registered as a catalog repository of the same name. */
export async function catalog(
  repositories: Repositories,
  who: Client,
  organization_canonical: string,
  name: string,
  files: Files,
): Promise<{ repository: string; refresh: () => Promise<void> }> {
  // Names of organizations differ between tests, and catalog repositories of one test are often called alike.
  const repository = `${organization_canonical}-${name}`
  const url = repositories.make(repository, { stacks: files })
  const created = await who.createServiceCatalogSource({
    path: { organization_canonical },
    body: { name, canonical: name, url, branch: 'stacks' },
  })
  expect(created).toHaveStatus(200)
  const refresh = async () => {
    const path = { organization_canonical, service_catalog_source_canonical: name }
    expect(await who.refreshServiceCatalogSource({ path })).toHaveStatus(200)
  }
  return { repository, refresh }
}

/** An organization with an administrator, the team core, the key robot, and a catalog repository. */
export async function acmeWith(server: TestServer, repositories: Repositories, files: Files = stackFiles('stack-old')) {
  const home = fresh('acme')
  const { ada, robot } = await scenario(server, organization(home, member('ada'), team('core'), apiKey('robot')))
  return { home, ada, robot, path: { organization_canonical: home }, ...(await catalog(repositories, ada, home, 'catalog', files)) }
}

/** What a stack's directory holds on the branch. */
export const below = (repositories: Repositories, repository: string, folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(repositories.files(repository, 'stacks')).flatMap(([path, text]) =>
      path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), text]] : [],
    ),
  )
