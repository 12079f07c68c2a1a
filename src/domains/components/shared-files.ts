/** Files that more than one component writes, or somebody else: what a component may do to them. */
import { isDeepStrictEqual } from 'node:util'
import { conflict } from '../../errors.ts'
import type { TechnologyValue } from '../../formats/forms/values.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Plan } from './plan.ts'
import type { ComponentFile, listUsersOfFiles } from './queries.ts'
import { type PlannedFile, type RenderedFile, readVariables, textOf } from './render.ts'

/** A file that nobody of ours wrote is not written over: it may be somebody's. @throws Conflict */
export function assertNothingLost(
  { planned }: Plan,
  known: readonly ComponentFile[],
  there: ReadonlyMap<string, Buffer>,
  files: readonly RenderedFile[],
): void {
  const ours = new Set(known.map(({ path }) => path))
  const lost = changedCopies(planned, there, files).find((path) => !ours.has(path))
  if (lost !== undefined)
    throw conflict(`The config repository has another file ${lost} already, which no component wrote: remove it first, or move it away`, [
      `${lost}: would be written over`,
    ])
}

/** Files that are made anew, not edited, and come out otherwise than they are. */
function changedCopies(planned: readonly PlannedFile[], there: ReadonlyMap<string, Buffer>, files: readonly RenderedFile[]): string[] {
  const made = new Set(planned.flatMap(({ kind, path }) => (kind === 'copy' || kind === 'template' ? path : [])))
  return files.flatMap(({ path, content }) => (made.has(path) && there.get(path)?.equals(content) === false ? path : []))
}

export type FileUser = Awaited<ReturnType<typeof listUsersOfFiles>>[number]

/**
 * Two components may share a file, as those of older stacks do, which have one for each environment; but none changes what
 * another one has.
 * @throws Conflict naming the file and the other component
 */
export function assertNobodyElses(
  { planned, stack, useCase, patience }: Plan,
  users: readonly FileUser[],
  there: ReadonlyMap<string, Buffer>,
  writes: readonly TechnologyValue[],
): void {
  const byPath = new Map(planned.map((file) => [file.path, file]))
  const yaml = new Map<string, Map<string, unknown>>()
  const read = ({ path, kind }: PlannedFile, content: Buffer, keys: readonly string[]): Map<string, unknown> => {
    const values = yaml.get(path) ?? patience.work(() => readVariables(kind, textOf(content), keys))
    if (kind === 'yaml') yaml.set(path, values)
    return values
  }
  for (const user of users)
    for (const theirs of user.files) {
      const ours = byPath.get(theirs.path)
      const content = there.get(theirs.path)
      if (!ours || !content) continue
      const isAlike = ours.kind === 'yaml' || (user.stack_id === stack.id && user.use_case === useCase.key)
      const found = isAlike ? read(ours, content, theirs.variables) : new Map<string, unknown>()
      const changed = writes.find(
        ({ technology, key, value }) =>
          technology === ours.technology && theirs.variables.includes(key) && found.has(key) && !isDeepStrictEqual(found.get(key), value),
      )
      if (isAlike && !changed) continue
      throw taken(theirs.path, user, changed && `this would change its ${changed.key}`)
    }
}

/** What is not edited, but made anew: as long as it comes out the same, it may be several components'. @throws Conflict */
export function assertSharedStay(
  { planned }: Plan,
  users: readonly FileUser[],
  there: ReadonlyMap<string, Buffer>,
  files: readonly RenderedFile[],
): void {
  const changed = new Set(changedCopies(planned, there, files))
  for (const user of users)
    for (const { path } of user.files) if (changed.has(path)) throw taken(path, user, 'this would make it another one')
}

/**
 * Whoever may write in one project does not write files of another one, whatever the stack's destinations say.
 * @throws Conflict for a file of a component elsewhere that the caller may not update
 */
export function assertMayShare({ planned, place }: Plan, users: readonly FileUser[], may: OrganizationContext['may']): void {
  const paths = new Set(planned.map(({ path }) => path))
  for (const user of users) {
    const shared = user.files.find(({ path }) => paths.has(path))
    if (!shared || (user.project === place.project && user.environment === place.environment)) continue
    const { project, environment, canonical } = user
    if (may('organization:component:update', `project:${project}:environment:${environment}:component:${canonical}`)) continue
    throw conflict(`The file ${shared.path} of the config repository belongs to a component elsewhere that you may not change`, [
      `${shared.path}: is written by a component of another environment`,
    ])
  }
}

function taken(path: string, user: FileUser, reason: string | undefined) {
  const who = `the component ${user.canonical} of ${user.project}/${user.environment}`
  return conflict(
    `The file ${path} of the config repository belongs to ${who}${reason ? `, and ${reason}` : ''}: use another environment, or a stack whose destinations hold ($ .component $)`,
    [`${path}: is written by ${who}`],
  )
}
