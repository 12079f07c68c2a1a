/** Finds the stacks of one commit. What is wrong with one of them is told, and does not keep the others from being found. */
import { setImmediate as breathe } from 'node:timers/promises'
import { FormatError } from '../../formats/format-error.ts'
import { parseForms } from '../../formats/forms/read.ts'
import type { FormsFile } from '../../formats/forms/types.ts'
import { parseStackDefinition } from '../../formats/stack-definition/parse.ts'
import type { StackDefinition } from '../../formats/stack-definition/types.ts'
import type { Snapshot, TreeEntry } from '../../outside/git/types.ts'
import { Choice, limits, megabytes } from './choice.ts'
import { readUsable } from './read-usable.ts'

export interface FoundStack {
  /** Empty for the root. */
  directory: string
  definition: StackDefinition
  /** Null without a form file, or when it cannot be read at all. */
  forms: FormsFile | null
  formErrors: string[]
  quotaEnabled: boolean
  readme: string | null
  /** Paths below the directory. */
  files: { path: string; object: string; content: Buffer }[]
}

export interface Problem {
  directory: string
  error: string
}

export interface Scan {
  commit: string
  stacks: FoundStack[]
  /** Also of stacks that were found, such as files that are left out. */
  problems: Problem[]
}

const definitionFile = '.cycloid.yml'
const formsFile = '.forms.yml'

/**
 * Stacks stand in the root and in the folders directly below it. A stack has everything below its folder; that of the root
 * has not what belongs to the others. Three commands of git, whatever the number of stacks.
 * @throws GitError when the commit cannot be read, or has too many files
 */
export async function scanSnapshot(snapshot: Snapshot): Promise<Scan> {
  const problems: Problem[] = []
  const places = placesOf(await snapshot.list(), problems)
  const defined = await readDefinitions(snapshot, places, problems)
  const chosen = defined.flatMap((stack) => chosenOf(stack, problems))
  const withinBounds = chosen.filter(inAll(problems))
  const wanted = withinBounds.flatMap(({ place, choice }) => choice.kept.map(({ path }) => inRepository(place.directory, path)))
  const { contents, unusable } = await readUsable(snapshot, wanted)
  const stacks: FoundStack[] = []
  for (const stack of withinBounds) {
    stacks.push(...foundOf(stack, contents, unusable, problems))
    // Forms take time to read, and others want answers.
    await breathe()
  }
  return { commit: snapshot.commit, stacks, problems }
}

interface Place {
  directory: string
  /** With paths below the directory. */
  entries: TreeEntry[]
}
interface Defined {
  place: Place
  definition: StackDefinition
}
interface Chosen extends Defined {
  choice: Choice
}

const inRepository = (directory: string, path: string): string => (directory === '' ? path : `${directory}/${path}`)

function placesOf(entries: readonly TreeEntry[], problems: Problem[]): Place[] {
  const places = new Map<string, Place>()
  for (const { path } of entries) {
    const [directory, file, ...deeper] = path === definitionFile ? ['', path] : path.split('/')
    if (directory !== undefined && file === definitionFile && deeper.length === 0) places.set(directory, { directory, entries: [] })
  }
  for (const entry of entries) {
    const slash = entry.path.indexOf('/')
    const own = places.get(slash < 0 ? '' : entry.path.slice(0, slash))
    if (own && own.directory !== '') own.entries.push({ ...entry, path: entry.path.slice(slash + 1) })
    else places.get('')?.entries.push(entry)
  }
  const sorted = [...places.values()].sort((a, b) => (a.directory < b.directory ? -1 : 1))
  for (const { directory } of sorted.slice(limits.stacks))
    problems.push({ directory, error: `This stack is left out: a repository may have ${limits.stacks} stacks` })
  return sorted.slice(0, limits.stacks)
}

async function readDefinitions(snapshot: Snapshot, places: readonly Place[], problems: Problem[]): Promise<Defined[]> {
  const paths = new Map(places.map((place) => [inRepository(place.directory, definitionFile), place]))
  const readable = [...paths].filter(([, place]) => {
    const entry = place.entries.find(({ path }) => path === definitionFile)
    const wrong = entry ? Choice.unusable(entry) : 'missing'
    if (wrong) problems.push({ directory: place.directory, error: `${definitionFile} cannot be read: ${wrong}` })
    return !wrong
  })
  const { contents, unusable } = await readUsable(
    snapshot,
    readable.map(([path]) => path),
  )
  const defined: Defined[] = []
  const taken = new Map<string, string>()
  for (const [path, place] of readable) {
    const { directory } = place
    try {
      const text = textOf(contents.get(path))
      if (text === undefined) throw new FormatError(unusable.get(path) ?? 'it is not text in UTF-8')
      const definition = parseStackDefinition(text)
      const first = taken.get(definition.canonical)
      if (first !== undefined) throw new FormatError(`the canonical ${definition.canonical} is taken by ${first || 'the root'} already`)
      taken.set(definition.canonical, directory)
      defined.push({ place, definition })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      problems.push({ directory, error: `${definitionFile}: ${error.message}` })
    }
    await breathe()
  }
  return defined
}

/** Empty when a file that the definition names cannot be kept. */
function chosenOf({ place, definition }: Defined, problems: Problem[]): Chosen[] {
  const { directory, entries } = place
  const choice = new Choice(entries, { needed: namedBy(definition), early: [definitionFile, formsFile, readmeOf(entries)?.path ?? ''] })
  const missing = missingOf(namedBy(definition), entries)
  if (missing.length > 0) problems.push({ directory, error: `${definitionFile} names files that are not there: ${someOf(missing)}` })
  if (choice.broken.length > 0) {
    problems.push({ directory, error: `Files that ${definitionFile} names cannot be used: ${someOf(choice.broken)}` })
    return []
  }
  if (choice.left.length > 0) problems.push({ directory, error: `Files are left out: ${someOf(choice.left)}` })
  return [{ place, definition, choice }]
}

/** Of the first of them it is looked whether they are folders, which definitions may name too. */
function missingOf(named: readonly string[], entries: readonly TreeEntry[]): string[] {
  const present = new Set(entries.map(({ path }) => path))
  const absent = named.filter((path) => !present.has(path))
  const folders = absent.slice(0, 20).filter((path) => entries.some((entry) => entry.path.startsWith(`${path}/`)))
  return absent.filter((path) => !folders.includes(path))
}

function namedBy({ use_cases }: StackDefinition): string[] {
  const paths = use_cases.flatMap(({ files }) => files.flatMap((file) => (file.technology === 'custom' ? file.paths : [file.path])))
  return [...new Set(paths)]
}

const readmeOf = (entries: readonly TreeEntry[]): TreeEntry | undefined => entries.find(({ path }) => path.toLowerCase() === 'readme.md')

/** Keeps stacks as long as all of them together can be held and listed. */
function inAll(problems: Problem[]): (stack: Chosen) => boolean {
  let bytes = 0
  let summaries = 0
  return ({ place: { directory }, definition, choice }) => {
    const summary = JSON.stringify({ ...definition, use_cases: [] }).length
    const isIn = bytes + choice.bytes <= limits.repositoryBytes && summaries + summary <= limits.summaries
    if (isIn) {
      bytes += choice.bytes
      summaries += summary
    } else
      problems.push({
        directory,
        error: `This stack is left out: those of a repository may hold ${megabytes(limits.repositoryBytes)} in files, and ${megabytes(limits.summaries)} in descriptions`,
      })
    return isIn
  }
}

function foundOf({ place, definition, choice }: Chosen, contents: Contents, unusable: Contents<string>, problems: Problem[]): FoundStack[] {
  const { directory } = place
  const named = new Set(namedBy(definition))
  const at = (path: string) => inRepository(directory, path)
  const lost = choice.kept.filter(({ path }) => unusable.has(at(path)))
  const shown = someOf(lost.map(({ path }) => `${path} (${unusable.get(at(path))})`))
  if (lost.some(({ path }) => named.has(path))) {
    problems.push({ directory, error: `Files that ${definitionFile} names cannot be used: ${shown}` })
    return []
  }
  if (lost.length > 0) problems.push({ directory, error: `Files are left out: ${shown}` })
  const files = choice.kept.flatMap(({ path, object }) => {
    const content = contents.get(at(path))
    return content ? [{ path, object, content }] : []
  })
  const contentOf = (path: string | undefined) => files.find((file) => file.path === path)?.content
  const readme = textOf(contentOf(readmeOf(place.entries)?.path)) ?? null
  const stack = { directory, definition, readme, files, ...formsOf(directory, contentOf(formsFile), definition, problems) }
  if (JSON.stringify([definition, stack.forms]).length <= limits.json) return [stack]
  problems.push({ directory, error: `This stack is left out: definition and form are larger than ${megabytes(limits.json)}` })
  return []
}

type Contents<T = Buffer> = ReadonlyMap<string, T>

function formsOf(
  directory: string,
  content: Buffer | undefined,
  definition: StackDefinition,
  problems: Problem[],
): Pick<FoundStack, 'forms' | 'formErrors' | 'quotaEnabled'> {
  if (!content) return { forms: null, formErrors: [], quotaEnabled: false }
  const text = textOf(content)
  if (text === undefined)
    return { forms: null, formErrors: ['The Forms File has an invalid format: it is not text in UTF-8'], quotaEnabled: false }
  const { forms, errors, quotaEnabled } = parseForms(text)
  // Nobody can choose it, so it keeps nobody from the others: real catalogues have forms that are ahead of their stacks.
  const idle = forms.use_cases.map(({ name }) => name).filter((name) => !definition.use_cases.some(({ key }) => key === name))
  if (idle.length > 0) problems.push({ directory, error: `${formsFile} has use cases that ${definitionFile} lacks: ${someOf(idle)}` })
  return { forms: storable(forms) as FormsFile | null, formErrors: errors.map((error) => storable(error) as string), quotaEnabled }
}

/** Undefined when it is no text that can be stored. */
function textOf(content: Buffer | undefined): string | undefined {
  try {
    const text = content && new TextDecoder('utf-8', { fatal: true }).decode(content)
    return text?.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/** YAML can write what Postgres cannot store: NUL, and halves of characters. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\0|\p{Surrogate}/gu, '\uFFFD')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), storable(inner)]))
}

const mostShown = 5
const someOf = (texts: readonly string[]): string =>
  texts.slice(0, mostShown).join(', ') + (texts.length > mostShown ? ` and ${texts.length - mostShown} more` : '')
