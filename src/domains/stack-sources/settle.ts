/** Brings the stacks of a catalog repository to what a scan found. */
import { createHash } from 'node:crypto'
import type { OrgTx } from '../../db/organization-tx.ts'
import { notFound } from '../../errors.ts'
import { listStacksOfSource, type StackSummaryRow } from '../stacks/queries.ts'
import * as queries from './queries.ts'
import type { FoundStack, Scan } from './scan.ts'

/** What the files do not say; only for stacks that are new. */
export interface OnCreate {
  /** Otherwise what the definition asks for, or `local`. */
  visibility?: 'local' | 'shared' | 'hidden'
  team_id?: number | null
  /** For definitions that name none. */
  author?: string
}

/** Numbers of stacks; of those that are gone, what they were. */
export interface Applied {
  created: number[]
  updated: number[]
  deleted: StackSummaryRow[]
}

/**
 * Stacks are recognized by their canonical. Rows and files that are as they were are not written. A stack whose directory
 * could not be read stays as it was; one that is gone from git goes, unless components use it.
 * @throws NotFoundEntity when the repository is gone
 */
export async function applyScan(
  tx: OrgTx,
  source: { id: number; canonical: string },
  scan: Scan,
  onCreate: OnCreate = {},
): Promise<Applied> {
  if (!(await queries.lockSource(tx, source.id))) throw notFound(`catalog repository ${source.canonical}`)
  const known = new Map((await queries.listKnownStacks(tx, source.id)).map((stack) => [stack.canonical, stack]))
  const problems: queries.KeptProblem[] = [...scan.problems]
  const applied: Applied = { created: [], updated: [], deleted: [] }
  const taken = await takenBy(tx, source.id, scan)
  for (const stack of scan.stacks) {
    const { canonical } = stack.definition
    const present = known.get(canonical)
    if (present) {
      if (await update(tx, present, stack)) applied.updated.push(present.id)
      continue
    }
    const id = taken.has(canonical) ? undefined : await create(tx, source.id, stack, onCreate)
    if (id !== undefined) applied.created.push(id)
    else problems.push({ directory: stack.directory, error: takenSentence(canonical, taken.get(canonical)), passing: true })
  }
  const gone = goneOf([...known.values()], scan)
  const inUse = await removeUnused(tx, source.id, gone, applied)
  for (const { directory, canonical } of inUse)
    problems.push({
      directory,
      error: `The stack ${canonical} is no longer in the repository; it stays because components use it`,
      passing: true,
    })
  const now = new Date()
  await queries.updateSource(tx, source.id, { commit: scan.commit, refreshed_at: now, tried_at: now, problems: shortened(problems) })
  return applied
}

const mostProblems = 100
const longestProblem = 1000

/** They stand in answers, and come from strangers. */
export const shortened = (problems: readonly queries.KeptProblem[]): queries.KeptProblem[] =>
  problems.slice(0, mostProblems).map((problem) => ({
    ...problem,
    directory: problem.directory?.slice(0, 255).replace(/[\0\p{Surrogate}]/gu, '\uFFFD') ?? null,
    error: problem.error.slice(0, longestProblem).replace(/[\0\p{Surrogate}]/gu, '\uFFFD'),
  }))

async function takenBy(tx: OrgTx, sourceId: number, { stacks }: Scan): Promise<Map<string, string>> {
  const canonicals = stacks.map(({ definition }) => definition.canonical)
  const rows = canonicals.length === 0 ? [] : await queries.listTaken(tx, sourceId, canonicals)
  return new Map(rows.map(({ canonical, source_canonical }) => [canonical, source_canonical]))
}

const takenSentence = (canonical: string, by: string | undefined) =>
  `The canonical ${canonical} is taken by a stack of ${by === undefined ? 'another catalog repository' : `the catalog repository ${by}`}`

async function create(tx: OrgTx, sourceId: number, stack: FoundStack, onCreate: OnCreate): Promise<number | undefined> {
  const { definition } = stack
  const content = contentOf(stack)
  const id = await queries.insertStack(tx, {
    ...content,
    author: content.author || (onCreate.author ?? ''),
    source_id: sourceId,
    canonical: definition.canonical,
    visibility: onCreate.visibility ?? definition.visibility ?? 'local',
    team_id: onCreate.team_id ?? null,
  })
  if (id !== undefined) await insertFiles(tx, id, stack.files)
  return id
}

async function update(tx: OrgTx, present: queries.KnownStack, stack: FoundStack): Promise<boolean> {
  const content = contentOf(stack)
  const isNew = await queries.updateStackContent(tx, present.id, { ...content, author: content.author || present.author })
  const hasNewFiles = digestOf(stack.files) !== present.digest && (await replaceFiles(tx, present.id, stack.files))
  if (hasNewFiles && !isNew) await queries.touchStack(tx, present.id)
  return isNew || hasNewFiles
}

async function replaceFiles(tx: OrgTx, id: number, files: FoundStack['files']): Promise<boolean> {
  const present = new Map((await queries.listFileObjects(tx, id)).map(({ path, object }) => [path, object]))
  const changed = files.filter(({ path, object }) => present.get(path) !== object)
  const kept = new Set(files.filter(({ path, object }) => present.get(path) === object).map(({ path }) => path))
  const old = [...present.keys()].filter((path) => !kept.has(path))
  if (old.length > 0) await queries.deleteFiles(tx, id, old)
  await insertFiles(tx, id, changed)
  return old.length > 0 || changed.length > 0
}

/** Of one statement, in bytes. */
const mostAtOnce = 2 ** 21

async function insertFiles(tx: OrgTx, id: number, files: FoundStack['files']): Promise<void> {
  let batch: FoundStack['files'] = []
  let bytes = 0
  for (const file of files) {
    batch.push(file)
    bytes += file.content.length
    if (bytes < mostAtOnce) continue
    await queries.insertFiles(tx, id, batch)
    batch = []
    bytes = 0
  }
  if (batch.length > 0) await queries.insertFiles(tx, id, batch)
}

/** As `listKnownStacks` makes it. */
function digestOf(files: FoundStack['files']): string {
  if (files.length === 0) return ''
  const sorted = files.map(({ path, object }) => [Buffer.from(path), `${path} ${object}`] as const).sort(([a], [b]) => Buffer.compare(a, b))
  return createHash('md5')
    .update(sorted.map(([, line]) => line).join('\n'))
    .digest('hex')
}

function contentOf({ directory, definition, forms, formErrors, quotaEnabled, readme }: FoundStack): queries.StackContent {
  const { name, description, author, keywords, image, technologies, dependencies, blueprint, use_cases } = definition
  return {
    name,
    description,
    author,
    keywords,
    image,
    technologies: JSON.stringify(technologies),
    dependencies: JSON.stringify(dependencies),
    cloud_providers: [...new Set(use_cases.flatMap(({ cloud_provider }) => cloud_provider ?? []))],
    directory,
    readme,
    definition: JSON.stringify(definition),
    forms: forms === null ? null : JSON.stringify(forms),
    form_errors: formErrors,
    form_enabled: forms !== null && formErrors.length === 0,
    quota_enabled: quotaEnabled,
    is_blueprint: blueprint,
  }
}

/** Whoever breaks a definition does not mean to delete the stack. */
function goneOf(known: readonly queries.KnownStack[], { stacks, problems }: Scan): queries.KnownStack[] {
  const found = new Set(stacks.map(({ definition }) => definition.canonical))
  const read = new Set(stacks.map(({ directory }) => directory))
  const unread = new Set(problems.map(({ directory }) => directory).filter((directory) => !read.has(directory)))
  return known.filter(({ canonical, directory }) => !found.has(canonical) && !unread.has(directory))
}

/** @returns those that stay */
async function removeUnused(
  tx: OrgTx,
  sourceId: number,
  gone: readonly queries.KnownStack[],
  applied: Applied,
): Promise<queries.KnownStack[]> {
  if (gone.length === 0) return []
  const ids = gone.map(({ id }) => id)
  await queries.lockStacks(tx, ids)
  const used = new Set((await queries.listUses(tx, ids)).map(({ id }) => id))
  const unused = new Set(ids.filter((id) => !used.has(id)))
  applied.deleted.push(...(await listStacksOfSource(tx, sourceId)).filter(({ id }) => unused.has(id)))
  await queries.deleteStacks(tx, [...unused])
  return gone.filter(({ id }) => used.has(id))
}
