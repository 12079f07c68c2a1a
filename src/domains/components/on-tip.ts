/** A plan carried out on one tip of the config repository; again on the next one, when somebody else pushed first. */

import { currentValues } from '../../formats/forms/current.ts'
import { flatten } from '../../formats/forms/flat.ts'
import type { FormUseCase, FormValues } from '../../formats/forms/types.ts'
import type { TechnologyValue } from '../../formats/forms/values.ts'
import type { Snapshot } from '../../outside/git/types.ts'
import { type Plan, told, toldLater, valuesFor } from './plan.ts'
import type { ComponentFile } from './queries.ts'
import { type PlannedFile, type RenderedFile, renderFiles } from './render.ts'
import { assertNobodyElses, assertNothingLost, assertSharedStay, type FileUser } from './shared-files.ts'
import { mergeValues, readerOf } from './values.ts'

export interface Outcome {
  files: RenderedFile[]
  values: FormValues
}

/** What the component has already: its values are read from its files, and the files are edited rather than made anew. */
export interface Present {
  files: readonly ComponentFile[]
  vars: FormValues
}

/**
 * The component's files on this tip.
 * @param users other components that write one of them
 * @param had files of the component itself so far, also where it makes them anew
 */
export async function renderOn(
  plan: Plan,
  tip: Snapshot | null,
  given: FormValues,
  present: Present | null,
  users: readonly FileUser[],
  had: readonly ComponentFile[] = present?.files ?? [],
): Promise<Outcome> {
  plan.patience.renew()
  const there = tip ? await tip.read(plan.planned.map(({ path }) => path)) : new Map<string, Buffer>()
  const base = present ? await currentOn(plan.form, tip, present) : {}
  const { values, writes } = valuesFor(plan, mergeValues(base, given))
  told(() => assertNobodyElses(plan, users, there, writes))
  // A file that nobody of ours wrote is edited where that can be done without losing a line of it.
  const mine = new Set(present?.files.map(({ path }) => path))
  const isKept = ({ path, kind }: PlannedFile) => mine.has(path) || kind === 'yaml' || kind === 'terraform'
  const kept = new Map([...there].filter(([path]) => plan.planned.some((file) => file.path === path && isKept(file))))
  const { planned, samples, interpolate, patience } = plan
  const gone = present ? goneFrom(present, plan, writes, users) : new Map<string, string[]>()
  const rendered = await toldLater(renderFiles({ planned, writes, samples, present: kept, gone, interpolate, patience }))
  assertSharedStay(plan, users, there, rendered)
  const known = [...had, ...users.flatMap((user) => user.files)]
  const files = rendered.map((file): RenderedFile => {
    const before = known.filter(({ path }) => path === file.path)
    const isAdopted = before.length === 0 ? there.has(file.path) : before.some(({ adopted }) => adopted)
    return isAdopted ? { ...file, adopted: true } : file
  })
  assertNothingLost(plan, known, there, files)
  return { values, files }
}

/**
 * By path, the variables that the component wrote and that its form does not say any more: taken back, or hidden. What the form no longer knows
 * stays, since the stack may say it in another way now; so does what another component has there too.
 */
function goneFrom(present: Present, { form }: Plan, writes: readonly TechnologyValue[], users: readonly FileUser[]): Map<string, string[]> {
  const address = (technology: string, key: string) => `${technology}\n${key}`
  const said = new Set(writes.map(({ technology, key }) => address(technology, key)))
  const known = new Set(
    flatten(form).fields.flatMap(({ technologies, entity }) => technologies.map((technology) => address(technology, entity.key))),
  )
  const isTheirs = (path: string, key: string) =>
    users.some((user) => user.files.some((file) => file.path === path && file.variables.includes(key)))
  return new Map(
    present.files.map(({ path, technology, variables }) => {
      const isGone = (key: string) => known.has(address(technology, key)) && !said.has(address(technology, key))
      return [path, variables.filter((key) => isGone(key) && !isTheirs(path, key))]
    }),
  )
}

/** The values that the component's files hold on this tip. */
export async function currentOn(form: FormUseCase, tip: Snapshot | null, present: Present): Promise<FormValues> {
  const contents = tip ? await tip.read(present.files.map(({ path }) => path)) : new Map<string, Buffer>()
  return told(() => currentValues(form, readerOf(present, contents)))
}
