import { type Actor, accountOf } from '../../access/actor.ts'
import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { callerOf, mayHandOver } from '../ownership.ts'
import { assertNothingToMove, moveFiles } from './move-files.ts'
import { createProject, getProject, lockProject, removeProject, updateProject } from './projects.ts'
import { deleteFavorite, insertFavorite, listProjects } from './queries.ts'
import { viewProject } from './view.ts'

export const projects: DomainHandlers<'projects'> = {
  async getProjects({ read, visible, actor }, { query, filters }) {
    const may = {
      projects: visible('organization:project:list', 'organization:project:read'),
      components: visible('organization:component:list', 'organization:component:read'),
    }
    const { rows, pagination } = await read((tx) => listProjects(tx, query, filters, may, favoritesOf(actor)))
    return { data: rows.map(viewProject), pagination }
  },

  async createProject({ write, actor, assertMayCreate }, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name, 1)
    assertMayCreate(canonical)
    const row = await write((tx) => createProject(tx, canonical, body, { id: accountOf(actor), caller: callerOf(actor) }))
    return { data: viewProject(row) }
  },

  async getProject({ read, actor }, { path }) {
    return { data: viewProject(await read((tx) => getProject(tx, path.project_canonical, favoritesOf(actor)))) }
  },

  async updateProject(context, { path, body }) {
    const { write, actor } = context
    const moved = await moveFiles(context, path.project_canonical, body)
    try {
      const row = await write(async (tx) => {
        if (moved) await moved.settle(tx)
        else await assertNothingToMove(tx, path.project_canonical, body)
        return updateProject(tx, path.project_canonical, body, callerOf(actor), (ownerId) => mayHandOver(context, ownerId))
      })
      return { data: viewProject(row) }
    } catch (error) {
      await moved?.undo()
      throw error
    }
  },

  async deleteProject({ write }, { path }) {
    await write((tx) => removeProject(tx, path.project_canonical))
    return undefined
  },

  async createProjectFavorite({ write, actor }, { path }) {
    const userId = personBehind(actor)
    await write(async (tx) => insertFavorite(tx, (await lockProject(tx, path.project_canonical)).id, userId))
    return undefined
  },

  async deleteProjectFavorite({ write, actor }, { path }) {
    const userId = personBehind(actor)
    await write(async (tx) => deleteFavorite(tx, (await lockProject(tx, path.project_canonical)).id, userId))
    return undefined
  },
}

/** Favourites are a person's: a key has none, not even its owner's. */
const favoritesOf = (actor: Actor) => (actor.kind === 'user' ? actor.id : null)

function personBehind(actor: Actor): number {
  if (actor.kind !== 'user') throw invalid('Favourites belong to a person: an API key cannot have any')
  return actor.id
}
