/**
 * A project that gets another config repository takes its components' files along: copied by one commit there, and removed
 * here once the project points there. Its components are held meanwhile, so that no change is written to the old place.
 */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { GitError } from '../../outside/git/types.ts'
import { seconds } from '../../time.ts'
import { commitAuthor } from '../commit-author.ts'
import { begin, type Change, isUnclear, newChangeId, push, undo } from '../components/changes.ts'
import { followLater } from '../components/pipeline.ts'
import { findRepository, listComponentsWithin, ownPaths } from '../components/queries.ts'
import { openRemote, withGit } from '../git.ts'
import { saverOf } from '../pipelines/configs.ts'
import { getProject, lockProject } from './projects.ts'
import { findConfigRepositoryId } from './queries.ts'

export interface MovedFiles {
  /** In the transaction that changes the project. */
  settle(tx: OrgTx): Promise<void>
  /** When that transaction failed: the copies are nobody's. */
  undo(): Promise<void>
}

/**
 * Undefined when there is nothing to move.
 * @throws Conflict when the project or one of its components was changed meanwhile, or another file is there already
 */
export async function moveFiles(
  context: OrganizationContext,
  canonical: string,
  body: Schema<'UpdateProject'>,
): Promise<MovedFiles | undefined> {
  const work = await context.read((tx) => workOf(tx, context, canonical, body))
  if (!work) return undefined
  const { from, to, components, paths, author } = work
  const own = [...new Set(components.flatMap(({ files }) => ownPaths(files)))]
  const { contents, added, isSamePlace } = await lookAround(context, work)
  // What was there before us stays, whatever happens.
  const leftovers = { config_repository_id: to.id, paths: added }
  const id = newChangeId()
  const changes = components.map((component): Change => ({ id, componentId: component.id, kind: 'hold', repositoryId: to.id }))
  const [first] = changes
  if (!first) return undefined
  await context.prepare(async (tx) => {
    await assertSame(tx, canonical, components)
    for (const change of changes) await begin(tx, context, change, {}, leftovers)
  })
  const letGo = async (tx: OrgTx) => {
    for (const change of changes) await undo(tx, change)
  }
  const message = `Move the files of the project ${canonical}`
  try {
    await push(context, first, { remote: to.remote, branch: to.branch, author, message }, async (tip) => {
      assertFree(to.canonical, contents, tip ? await tip.read(paths) : new Map())
      return contents
    })
  } catch (error) {
    // Nothing was copied, or nobody knows yet: then the job that looks after holds finds out.
    if (!isUnclear(error)) await context.prepare(letGo)
    throw error
  }
  return {
    async settle(tx) {
      await assertSame(tx, canonical, components)
      await letGo(tx)
      // The repository is named in pipelines.
      for (const { id } of components) await followLater(tx, id, saverOf(context.actor), 0)
      if (!isSamePlace)
        await enqueue(tx, 'components.removeFiles', { organizationId: tx.organizationId, config_repository_id: from.id, paths: own })
    },
    undo: () =>
      context.prepare(async (tx) => {
        await letGo(tx)
        await enqueue(tx, 'components.removeFiles', { organizationId: tx.organizationId, ...leftovers })
      }),
  }
}

/** In the transaction that gives the project another repository although there was nothing to move. @throws Conflict */
export async function assertNothingToMove(tx: OrgTx, canonical: string, body: Schema<'UpdateProject'>): Promise<void> {
  const asked = body.config_repository_canonical
  const { config_repository_canonical: present } = await getProject(tx, canonical, null)
  if (asked && asked !== present) await assertSame(tx, canonical, [])
}

type Component = Awaited<ReturnType<typeof listComponentsWithin>>[number]

/** Nobody makes a component in the project until the transaction ends. */
async function assertSame(tx: OrgTx, canonical: string, read: readonly Component[]): Promise<void> {
  const { id } = await lockProject(tx, canonical)
  const before = new Map(read.map((component) => [component.id, component.updated_at.getTime()]))
  const now = await listComponentsWithin(tx, { projectId: id })
  if (now.length !== read.length || now.some((component) => before.get(component.id) !== component.updated_at.getTime()))
    throw conflict(`The components of the project ${canonical} were changed meanwhile: nothing was moved, try again`)
}

/** The files as they are, those that the other repository has not, and whether both are the same place under two names. */
async function lookAround({ platform }: OrganizationContext, { from, to, paths }: NonNullable<Awaited<ReturnType<typeof workOf>>>) {
  const look = ({ remote, branch }: typeof from) =>
    withGit(() => platform.git.read(remote, branch, async (tip) => ({ commit: tip.commit, contents: await tip.read(paths) })))
  const { commit, contents } = await look(from)
  const there = await look(to).catch((error: unknown) => {
    if (error instanceof Error && error.cause instanceof GitError && ['no_branch', 'empty'].includes(error.cause.kind)) return undefined
    throw error
  })
  assertFree(to.canonical, contents, there?.contents ?? new Map())
  const added = [...contents.keys()].filter((path) => !there?.contents.has(path))
  return { contents, added, isSamePlace: there?.commit === commit }
}

function assertFree(canonical: string, contents: ReadonlyMap<string, Buffer>, there: ReadonlyMap<string, Buffer>): void {
  const taken = [...contents].find(([path, content]) => there.has(path) && !there.get(path)?.equals(content))
  if (taken) throw conflict(`The config repository ${canonical} has another file ${taken[0]}: nothing was moved`)
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
  const open = async (id: number, name: string) => {
    const repository = await findRepository(tx, id)
    if (!repository) throw invalid(`There is no config repository ${asked}`)
    return { id, canonical: name, branch: repository.branch, remote: await openRemote(tx, platform, repository) }
  }
  return {
    components,
    paths,
    author: await commitAuthor(tx, actor),
    from: await open(project.config_repository_id, project.config_repository_canonical),
    to: await open(newId, asked),
  }
}
