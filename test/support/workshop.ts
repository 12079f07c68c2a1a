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
