/**
 * From a use case, its files and the values of its form to the files of a component. Everything here is a function of what it
 * is handed: it runs again on another tip of the config repository when somebody else pushed first.
 */
import { FormatError } from '../../formats/format-error.ts'
import type { TechnologyValue } from '../../formats/forms/values.ts'
import type { StackDefinition, UseCase, UseCaseFile } from '../../formats/stack-definition/types.ts'
import { type InterpolationFacts, legacyData, templateData } from '../../formats/template/keys.ts'
import { renderTemplate, substituteLegacy } from '../../formats/template/template.ts'
import { editTerraform, readTerraform } from '../../formats/terraform/edit.ts'
import { editYaml, readYaml } from '../../formats/yaml-edit.ts'
import { OutOfPatience, type Patience } from './patience.ts'
import type { ComponentFile } from './queries.ts'

export type Interpolate = (text: string, more?: Readonly<Record<string, unknown>>) => string

/** `keep` leaves what is not known yet in the text; `print` is for files that are written: what is still unknown says so. */
export function interpolatorOf(
  engine: StackDefinition['engine'],
  facts: InterpolationFacts,
  missing: 'print' | 'keep',
  patience: Patience,
): Interpolate {
  const data = engine === 'legacy' ? legacyData(facts) : templateData(facts)
  return (text, more) =>
    patience.make(() =>
      engine === 'legacy'
        ? substituteLegacy(text, data as Record<string, string>)
        : renderTemplate(text, more ? { ...data, ...more } : data, { missing }),
    )
}

/** Fills the tokens of every string in a value. */
export function interpolateDeep(value: unknown, interpolate: Interpolate): unknown {
  if (typeof value === 'string') return value.includes('($') ? interpolate(value) : value
  if (Array.isArray(value)) return value.map((item) => interpolateDeep(item, interpolate))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolateDeep(item, interpolate)]))
  return value
}

/** A file of a component before its content is known. */
export interface PlannedFile extends ComponentFile {
  /** Where its first content comes from, below the stack's directory. */
  source: string
  kind: 'yaml' | 'terraform' | 'copy' | 'template'
}

/**
 * Where the files of a use case go. Folders of a `custom` technology become the files below them.
 * @param stackPaths of all files that the stack has
 * @throws FormatError naming the destination that is no path
 */
export function planFiles(useCase: UseCase, stackPaths: readonly string[], interpolate: Interpolate): PlannedFile[] {
  let count = 0
  const place = (file: Destined, destination: string) => {
    if (++count > mostFiles) throw new FormatError(`the use case has more than ${mostFiles} files`)
    return destinationOf(file, destination)
  }
  return useCase.files.flatMap((file): PlannedFile[] => {
    if (!('destination' in file)) return []
    const destination = (more = '') => place(file, interpolate(file.destination) + more)
    if (file.technology !== 'custom')
      return [{ ...base(file), path: destination(), source: file.path, kind: kindOf(file.technology, file.path) }]
    const variables: PlannedFile[] =
      file.var_path === null ? [] : [{ ...base(file), path: place(file, interpolate(file.var_path)), source: '', kind: 'yaml' }]
    const templates = file.paths.flatMap((path): PlannedFile[] => {
      const below = stackPaths.filter((name) => name === path || name.startsWith(`${path}/`))
      return (below.length > 0 ? below : [path]).map((source) => ({
        ...base(file),
        source,
        kind: 'template',
        path: file.destination_is_file
          ? destination()
          : destination(`/${source === path ? nameOf(source) : source.slice(path.length + 1)}`),
      }))
    })
    return [...variables, ...templates]
  })
}

/** Of one component. A use case may name a folder again and again. */
const mostFiles = 1000
type Destined = Pick<UseCaseFile, 'technology' | 'key'>

const base = ({ technology, key }: UseCaseFile) => ({ technology, key, variables: [] as string[] })
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

function kindOf(technology: string, path: string): PlannedFile['kind'] {
  if (technology === 'terraform') return /\.tf(\.sample)?$/.test(path) ? 'terraform' : 'copy'
  if (technology === 'raw') return 'copy'
  return 'yaml'
}

function destinationOf({ technology, key }: Destined, destination: string): string {
  const path = destination
    .trim()
    .replace(/\/{2,}/g, '/')
    .replace(/^(\.?\/)+/, '')
  const parts = path.split('/')
  if (path === '' || path.endsWith('/') || parts.some((part) => part === '..' || part === '.') || /[\p{Cc}\\]/u.test(path))
    throw new FormatError(`the destination of ${technology}.${key} is "${destination.slice(0, 200)}", which is no path of a file`)
  return path
}

export interface Rendering {
  planned: readonly PlannedFile[]
  writes: readonly TechnologyValue[]
  /** Contents of the stack's files, by path below its directory. */
  samples: ReadonlyMap<string, Buffer>
  /** Files that the config repository has already and that are to be kept, and edited where they can be. */
  present: ReadonlyMap<string, Buffer>
  /** By path, the variables that the component wrote there and has no more. */
  gone: ReadonlyMap<string, readonly string[]>
  interpolate: Interpolate
  patience: Patience
}

export interface RenderedFile extends ComponentFile {
  content: Buffer
}

/** @throws FormatError naming the file */
export async function renderFiles({ planned, writes, samples, present, gone, interpolate, patience }: Rendering): Promise<RenderedFile[]> {
  const texts: (string | Buffer)[] = []
  for (const file of planned) {
    await patience.rest()
    texts.push(within(file, present, () => firstContent(file, { samples, present, interpolate, writes })))
  }
  const placed = await placeValues({ planned, texts, writes, patience })
  const rendered: RenderedFile[] = []
  for (const [index, file] of planned.entries()) {
    await patience.rest()
    const { path, technology, key } = file
    const text = texts[index] ?? ''
    const values = placed.get(index) ?? new Map<string, unknown>()
    const keys = (present.has(path) && gone.get(path)?.filter((key) => !values.has(key))) || []
    const made = () => {
      const all = keys.length === 0 ? values : new Map([...values, ...asMadeAnew(file, keys, samples, interpolate)])
      return Buffer.from(typeof text === 'string' && all.size > 0 ? edit(file, text, all) : text)
    }
    rendered.push({ path, technology, key, variables: [...values.keys()], content: within(file, present, () => patience.make(made)) })
  }
  return rendered
}

type Sources = Pick<Rendering, 'samples' | 'present' | 'interpolate' | 'writes'>

/** Text to edit, or bytes that are copied as they are. */
function firstContent(file: PlannedFile, { samples, present, interpolate, writes }: Sources): string | Buffer {
  const there = present.get(file.path)
  if (there && file.kind !== 'template') return file.kind === 'copy' ? there : textOf(there)
  if (file.source === '') return ''
  const sample = samples.get(file.source)
  if (!sample) throw new FormatError('the stack names it, but its repository does not have it')
  if (file.kind === 'copy' && !isText(sample)) return sample
  const variables = file.kind === 'template' ? Object.fromEntries(writes.filter(isOf('custom')).map(({ key, value }) => [key, value])) : {}
  return interpolate(textOf(sample), variables)
}

/** What somebody takes back is as the stack has it, or is not there: as if it had never been given. */
function asMadeAnew(file: PlannedFile, keys: readonly string[], samples: Rendering['samples'], interpolate: Interpolate) {
  const sample = samples.get(file.source)
  const values = sample ? readVariables(file.kind, interpolate(textOf(sample)), keys) : new Map<string, unknown>()
  return keys.map((key) => [key, values.get(key)] as const)
}

const isOf =
  (technology: string) =>
  (write: TechnologyValue): boolean =>
    write.technology === technology

interface Placing extends Pick<Rendering, 'planned' | 'writes' | 'patience'> {
  texts: readonly (string | Buffer)[]
}

/** Which variable goes into which file: a technology may have several. */
async function placeValues(placing: Placing): Promise<Map<number, Map<string, unknown>>> {
  const { planned, writes, patience } = placing
  const placed = new Map<number, Map<string, unknown>>()
  const homeOf = openHomes(placing)
  for (const { technology, key, value, section, group } of writes) {
    await patience.rest()
    const candidates = planned.flatMap((file, index) =>
      file.technology === technology && (file.kind === 'yaml' || file.kind === 'terraform') ? [index] : [],
    )
    // The values of `custom` are data of its templates; they need no file of their own.
    if (candidates.length === 0 && technology === 'custom') continue
    if (candidates.length === 0)
      throw new FormatError(
        `the variable ${key} ("${section}", "${group}") is of the technology ${technology}, which the use case has no file of`,
      )
    const index = candidates.length === 1 ? candidates[0] : homeOf(key, value, candidates)
    if (index === undefined) throw new FormatError(`no ${technology} file of the use case has a place for the variable ${key}`)
    placed.set(index, (placed.get(index) ?? new Map()).set(key, value))
  }
  return placed
}

/** The file that has the key already, else the first that takes it. Each is read once, however many variables there are. */
function openHomes({ planned, texts, writes, patience }: Placing) {
  const keys = writes.map(({ key }) => key)
  const holds = remembered((index: number) => {
    const [file, text] = [planned[index], texts[index]]
    const read = () => (file && typeof text === 'string' ? readVariables(file.kind, text, keys) : undefined)
    return orUndefined(() => patience.work(read)) ?? new Map<string, unknown>()
  })
  const takes = (index: number, key: string, value: unknown): boolean => {
    const [file, text] = [planned[index], texts[index]]
    const tried = () => file && typeof text === 'string' && edit(file, text, new Map([[key, value]])) !== undefined
    return orUndefined(() => patience.work(tried)) ?? false
  }
  // A YAML file that takes one new key takes any.
  const takesAny = remembered((index: number) => takes(index, 'k', 'v'))
  return (key: string, value: unknown, candidates: readonly number[]): number | undefined =>
    candidates.find((index) => holds(index).get(key) !== undefined) ??
    candidates.find((index) => (planned[index]?.kind === 'yaml' ? takesAny(index) : takes(index, key, value)))
}

function remembered<T>(find: (index: number) => T): (index: number) => T {
  const known = new Map<number, T>()
  return (index) => {
    const found = known.has(index) ? (known.get(index) as T) : find(index)
    known.set(index, found)
    return found
  }
}

function orUndefined<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof FormatError && !(error instanceof OutOfPatience)) return undefined
    throw error
  }
}

const edit = (file: PlannedFile, text: string, values: ReadonlyMap<string, unknown>): string =>
  file.kind === 'terraform' ? editTerraform(text, values) : editYaml(text, values)

/** Values that stand in a file now; what is absent, or no plain value, is not in the map. @throws FormatError */
export const readVariables = (kind: PlannedFile['kind'], text: string, keys: readonly string[]): Map<string, unknown> =>
  kind === 'terraform' ? readTerraform(text, keys) : kind === 'yaml' ? readYaml(text) : new Map()

/** A mistake is looked for where the text came from: in git of the configuration, once a file is there, or in the stack. */
function within<T>(file: PlannedFile, present: Rendering['present'], run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof FormatError)
      throw new FormatError(
        present.has(file.path)
          ? `the file ${file.path} of the config repository: ${error.message}`
          : `${file.source || file.path} of the stack (${file.technology}.${file.key}): ${error.message}`,
      )
    throw error
  }
}

/** @throws FormatError */
export function textOf(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new FormatError('it is no UTF-8 text')
  }
}

export function isText(content: Buffer): boolean {
  try {
    textOf(content)
    return true
  } catch {
    return false
  }
}
