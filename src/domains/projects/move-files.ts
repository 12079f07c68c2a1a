/**
 * A project that gets another config repository takes its components' files along: copied by one commit there, and removed
 * here once the project points there. Its components are held meanwhile, so that no change is written to the old place.
 */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { seconds } from '../../time.ts'
import { commitAuthor } from '../commit-author.ts'
import { begin, type Change, newChangeId, push, undo } from '../components/changes.ts'
import { findRepository, listComponentsWithin } from '../components/queries.ts'
import { openRemote, withGit } from '../git.ts'
import { getProject } from './projects.ts'
import { findConfigRepositoryId } from './queries.ts'

export interface MovedFiles {
  /** In the transaction that changes the project. */
  settle(tx: OrgTx): Promise<void>
  /** When that transaction failed: the copies are nobody's. */
  undo(): Promise<void>
}

/** Undefined when there is nothing to move. @throws Conflict when the project was changed meanwhile, or a file is there already */
export async function moveFiles(
  context: OrganizationContext,
  canonical: string,
  body: Schema<'UpdateProject'>,
): Promise<MovedFiles | undefined> {
  const work = await context.read((tx) => workOf(tx, context, canonical, body))
  if (!work) return undefined
  const { from, to, components, paths, author } = work
  const leftovers = { config_repository_id: to.id, paths }
  const id = newChangeId()
  const changes = components.map((component): Change => ({ id, componentId: component.id, kind: 'hold', repositoryId: to.id }))
  const [first] = changes
  if (!first) return undefined
  await context.prepare(async (tx) => {
    for (const change of changes) await begin(tx, context, change, {}, leftovers)
  })
  const letGo = async (tx: OrgTx) => {
    for (const change of changes) await undo(tx, change)
  }
  const takeBack = () =>
    context.prepare(async (tx) => {
      await letGo(tx)
      await enqueue(tx, 'components.removeFiles', { organizationId: tx.organizationId, ...leftovers })
    })
  const message = `Move the files of the project ${canonical}`
  try {
    const contents = await withGit(() => context.platform.git.read(from.remote, from.branch, (tip) => tip.read(paths)))
    await push(context, first, { remote: to.remote, branch: to.branch, author, message }, async (tip) => {
      const there = tip ? await tip.read(paths) : new Map<string, Buffer>()
      const taken = [...contents].find(([path, content]) => there.has(path) && !there.get(path)?.equals(content))
      if (taken) throw conflict(`The config repository ${body.config_repository_canonical} has another file ${taken[0]}: nothing was moved`)
      return contents
    })
  } catch (error) {
    await takeBack()
    throw error
  }
  return {
    async settle(tx) {
      await letGo(tx)
      await enqueue(tx, 'components.removeFiles', { organizationId: tx.organizationId, config_repository_id: from.id, paths })
    },
    undo: takeBack,
  }
}

async function workOf(tx: OrgTx, { platform, actor }: OrganizationContext, canonical: string, body: Schema<'UpdateProject'>) {
  const asked = body.config_repository_canonical
  const project = await getProject(tx, canonical, null)
  if (!asked || asked === project.config_repository_canonical) return undefined
  const components = await listComponentsWithin(tx, { projectId: project.id })
  if (components.length === 0) return undefined
  if (body.updated_at !== seconds(project.updated_at))
    throw conflict(`The project ${canonical} was changed meanwhile: read it again and repeat your change`)
  const newId = await findConfigRepositoryId(tx, asked)
  if (newId === undefined)
    throw invalid(`There is no config repository ${asked}`, ['body.config_repository_canonical: unknown config repository'])
  const paths = [...new Set(components.flatMap(({ files }) => files.map(({ path }) => path)))]
  const open = async (id: number) => {
    const repository = await findRepository(tx, id)
    if (!repository) throw invalid(`There is no config repository ${asked}`)
    return { id, branch: repository.branch, remote: await openRemote(tx, platform, repository) }
  }
  return { components, paths, author: await commitAuthor(tx, actor), from: await open(project.config_repository_id), to: await open(newId) }
}
