/** A catalog repository in the hands of a test: what is in git, and what the platform makes of it. */
import type { Schema } from '../../src/contract/operation.ts'
import type { Client } from './client.ts'
import type { Files, Repositories } from './repositories.ts'
import { fresh, member, organization, scenario, team } from './scenario.ts'
import type { TestServer } from './server.ts'

/** An organization with an administrator, and a repository with these files on `stacks` that nobody has added yet. */
export async function withRepository(server: TestServer, repositories: Repositories, files: Files) {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada'), team('keepers')))
  const url = repositories.make(organization_canonical, { stacks: files })
  const body: Schema<'NewServiceCatalogSource'> = { name: 'My Catalog', url, branch: 'stacks' }
  const path = { organization_canonical, service_catalog_source_canonical: 'my-catalog' }
  const commit = (changes: Readonly<Record<string, string | Buffer | null>>) =>
    repositories.commit(organization_canonical, 'stacks', changes)
  const add = async (more: Partial<typeof body> = {}) =>
    (await ada.createServiceCatalogSource({ path: { organization_canonical }, body: { ...body, ...more } })).body.data
  const refresh = async () => (await ada.refreshServiceCatalogSource({ path })).body.data
  return { organization_canonical, ada, url, body, path, commit, add, refresh }
}

export const names = (stacks: readonly { canonical: string }[] | undefined) => stacks?.map(({ canonical }) => canonical)

export const changed = (changes: Schema<'ServiceCatalogChanges'> | undefined) => ({
  created: names(changes?.created),
  updated: names(changes?.updated),
  deleted: names(changes?.deleted),
})
export const nothing = { created: [], updated: [], deleted: [] }

/** Messages of the events about catalog repositories. */
export const sourceEvents = async (who: Client, organization_canonical: string) =>
  (await who.getEvents({ path: { organization_canonical }, query: { begin: 0, end: Date.now() + 60_000 } })).body.data
    .filter(({ tags }) => tags.some(({ key, value }) => key === 'entity' && value === 'service_catalog_source'))
    .map(({ message }) => message)
