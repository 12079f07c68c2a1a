import { nameOf } from '../../access/actor.ts'
import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { commitAuthor } from '../commit-author.ts'
import { openRemote, readingCredentials, withGit } from '../git.ts'
import { credentialOf } from '../stack-sources/sources.ts'
import { createConfigRepository, getConfigRepository, removeConfigRepository, updateConfigRepository } from './config-repositories.ts'
import { commitFiles, readFiles } from './files.ts'
import { listConfigRepositories } from './queries.ts'
import { viewConfigRepository } from './view.ts'

export const configRepositories: DomainHandlers<'config-repositories'> = {
  async getRepoBranches(context, { query }) {
    const { platform, read } = context
    const fields = { url: 'query.git_url', credential: 'query.credential_canonical' }
    const place = { url: query.git_url, credential_canonical: query.credential_canonical ?? null }
    const remote = await read(async (tx) => {
      await credentialOf(tx, platform, place, readingCredentials(context), fields)
      return openRemote(tx, platform, place)
    })
    return { data: await withGit(() => platform.git.branches(remote), fields.url) }
  },

  async listConfigRepositories({ read, visible }, { query }) {
    const { rows } = await read((tx) =>
      listConfigRepositories(tx, query, visible('organization:config_repository:list', 'organization:config_repository:read')),
    )
    return { data: rows.map(viewConfigRepository) }
  },

  async createConfigRepository(context, { body }) {
    const { write, assertMayCreate } = context
    const canonical = body.canonical ?? canonicalOf(body.name)
    assertMayCreate(canonical)
    const row = await write(async (tx) => {
      await createConfigRepository(tx, context.platform, canonical, body, readingCredentials(context))
      return getConfigRepository(tx, canonical)
    })
    return { data: viewConfigRepository(row) }
  },

  async getConfigRepository({ read }, { path }) {
    return { data: viewConfigRepository(await read((tx) => getConfigRepository(tx, path.config_repository_canonical))) }
  },

  async updateConfigRepository(context, { path, body }) {
    const row = await context.write(async (tx) => {
      await updateConfigRepository(tx, context.platform, path.config_repository_canonical, body, readingCredentials(context))
      return getConfigRepository(tx, path.config_repository_canonical)
    })
    return { data: viewConfigRepository(row) }
  },

  async deleteConfigRepository({ write }, { path }) {
    await write((tx) => removeConfigRepository(tx, path.config_repository_canonical))
    return undefined
  },

  /** Nothing is left to decide when the push has arrived: a change of rules in between must not repeat the request. */
  async createConfigRepositoryConfig(context, { path, body }) {
    const { platform, prepare, write, actor } = context
    const files = readFiles(body.configs)
    const { repository, remote, author } = await prepare(async (tx) => {
      const found = await getConfigRepository(tx, path.config_repository_canonical)
      return { repository: found, remote: await openRemote(tx, platform, found), author: await commitAuthor(tx, actor) }
    })
    const commit = await commitFiles(platform, { remote, branch: repository.branch, author, files })
    if (commit === null) return undefined
    const message = `${nameOf(actor)} wrote ${files.size} ${files.size === 1 ? 'file' : 'files'} to the config repository ${repository.canonical}: commit ${commit}`
    await write(
      async () => undefined,
      () => ({ name: repository.canonical, message }),
    )
    return undefined
  },
}
