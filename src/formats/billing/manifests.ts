/** Which files of a folder are a bill, and of which month: manifests of AWS and Azure, and what paths say where there is none. */
import { createHash } from 'node:crypto'
import { shown } from '../json-value.ts'
import { longestKey, type Manifest, readManifest } from './manifests-parse.ts'
import { folderOf, isDataFile, isManifest, looseGroupOf, nameOf, type PeriodFolder, periodFolderOf, runOf } from './manifests-paths.ts'
import { BillError, type BillFormat, type Period } from './types.ts'

/** One object of a bucket, a container or a folder. Keys use `/`. */
export interface ListedObject {
  readonly key: string
  readonly size: number
  /** Whatever changes when the content does. */
  readonly etag: string
  readonly lastModified: Date
}

/** Files that are the whole of one month, or, where nothing says which, of every month that is in them. */
export interface Statement {
  /** For people: `team/costs, 2026-07`. */
  readonly name: string
  /** Undefined: its lines say it. */
  readonly period: Period | undefined
  /** Undefined: recognized by the header. */
  readonly format: BillFormat | undefined
  /** In the order in which they are to be read; at least one. */
  readonly files: readonly ListedObject[]
  /** Of keys, etags and sizes: the same digest is the same content. */
  readonly digest: string
  /** As the manifest says; undefined where several months share its files, since months are looked at one by one. */
  readonly statedLines: number | undefined
}

/** What is a bill and cannot be used: a month would be missing. */
export interface StatementProblem {
  /** Undefined: nothing says which month. */
  readonly period: Period | undefined
  /** For people. */
  readonly message: string
}

export interface FoundStatements {
  /**
   * Oldest month first. Then those that do not say their month, in the order in which they were written: where two hold the
   * same month, the later one replaces it.
   */
  readonly statements: readonly Statement[]
  /** At most fifty. */
  readonly problems: readonly StatementProblem[]
  /** What is left out, and is no whole bill; one sentence each, at most fifty. */
  readonly remarks: readonly string[]
}

/**
 * Decides what is to be read. Where a manifest says which files a month has, they are that month, and nothing else is; the newest
 * manifest of each month counts. Without one, the newest run in a period's folder does. Files that lie in no such folder belong
 * together if they lie in one folder and name the same month, or none.
 * @param readText gives the text of a manifest; asked only for keys of the listing whose size is at most `largestManifest`
 * @throws BillError when nothing there is a bill, or when several exports hold the same month: they would be counted twice
 */
export async function statementsOf(listing: readonly ListedObject[], readText: (key: string) => Promise<string>): Promise<FoundStatements> {
  const objects = listing.filter(({ key, size }) => size > 0 && key.length <= longestKey && !key.endsWith('/'))
  const out: LeftOut = { problems: [], remarks: [] }
  const manifests = newestManifests(objects)
  if (manifests.size > mostManifests) throw new BillError(`There are ${manifests.size} manifests; choose a folder with fewer`)

  const found: Found[] = []
  const byKey = new Map(objects.map((object) => [object.key, object]))
  for (const at of manifests.values()) {
    const statement = await manifestStatement(at, byKey, readText, out)
    if (statement) found.push(statement)
  }
  found.push(...bareStatements(objects, manifests, out))
  refuseTwoExports(found)
  if (!found.length) throw new BillError(nothingFound(objects, out))
  found.sort((one, other) => compare(one.order, other.order))
  return {
    statements: found.map(({ statement }) => statement),
    problems: out.problems.slice(0, mostTold),
    remarks: out.remarks.slice(0, mostTold),
  }
}

export const largestManifest = 8 * 1024 * 1024
const mostManifests = 2000
const mostTold = 50
/** Folders at the beginning of a path in a manifest that a listing may lack. */
const mostAbove = 30

interface Found {
  readonly root: string
  readonly order: string
  readonly statement: Statement
}

interface LeftOut {
  readonly problems: StatementProblem[]
  readonly remarks: string[]
}

interface ManifestAt {
  readonly object: ListedObject
  readonly folder: PeriodFolder | undefined
}

/** By export and period. AWS keeps a copy of the valid manifest directly in the period's folder, Azure one in each run's. */
function newestManifests(objects: readonly ListedObject[]): Map<string, ManifestAt> {
  const newest = new Map<string, ManifestAt>()
  for (const object of objects) {
    if (!isManifest(object.key)) continue
    const folder = periodFolderOf(object.key)
    const slot = folder ? slotOf(folder) : `${folderOf(object.key)}\n`
    const known = newest.get(slot)
    if (!known || rank(object, folder) > rank(known.object, known.folder)) newest.set(slot, { object, folder })
  }
  return newest
}

const slotOf = (folder: PeriodFolder): string => `${folder.root}\n${folder.label}`

const rank = (object: ListedObject, folder: PeriodFolder | undefined): string =>
  `${folder?.below === '' ? 1 : 0} ${timeOf(object)} ${object.key}`

const timeOf = ({ lastModified }: ListedObject): string => {
  const time = lastModified.getTime()
  return Number.isFinite(time) && time > 0 ? String(time).padStart(16, '0') : '0'.repeat(16)
}

async function manifestStatement(
  { object, folder }: ManifestAt,
  byKey: ReadonlyMap<string, ListedObject>,
  readText: (key: string) => Promise<string>,
  out: LeftOut,
): Promise<Found | undefined> {
  let manifest: Manifest | undefined
  try {
    if (object.size > largestManifest) throw new BillError(`${shown(object.key)} has ${object.size} bytes, more than a manifest may have`)
    manifest = readManifest(object.key, await readText(object.key))
    if (!manifest?.files.length) return undefined
    if (folder && !folder.whole) return notWhole(folder, out)
    return foundOf(folder, manifestFiles(object.key, manifest, byKey), manifest, object.key)
  } catch (error) {
    if (!(error instanceof BillError)) throw error
    const { message } = error
    // Much is called manifest.json: where no folder says that it is about a month, one that cannot be read may be somebody else's.
    if (folder || manifest) out.problems.push({ period: folder ? folder.period : manifest?.period, message })
    else out.remarks.push(message)
    return undefined
  }
}

/** Paths in a manifest begin at the bucket; those of a listing may begin below it, when somebody copied the export. */
function manifestFiles(key: string, manifest: Manifest, byKey: ReadonlyMap<string, ListedObject>): ListedObject[] {
  const folder = folderOf(key)
  return [...new Set(manifest.files)].map((file) => {
    let path = file.replace(/^[a-z0-9]+:\/\/[^/]*\//i, '')
    for (let above = 0; above <= mostAbove; above++) {
      const object = byKey.get(path) ?? byKey.get([folder, path.replace(/^\/+/, '')].filter(Boolean).join('/'))
      if (object) return object
      const next = path.indexOf('/') + 1
      if (next === 0) break
      path = path.slice(next)
    }
    throw new BillError(`${shown(key)} names ${shown(file)}, which is not there`)
  })
}

function bareStatements(objects: readonly ListedObject[], manifests: ReadonlyMap<string, ManifestAt>, out: LeftOut): Found[] {
  const periods = new Map<string, { folder: PeriodFolder; runs: Map<string, ListedObject[]> }>()
  const loose = new Map<string, ListedObject[]>()
  for (const object of objects) {
    if (!isDataFile(object.key)) continue
    const folder = periodFolderOf(object.key)
    if (folder) {
      const slot = slotOf(folder)
      if (manifests.has(slot)) continue
      const entry = periods.get(slot) ?? { folder, runs: new Map() }
      append(entry.runs, runOf(object.key, folder.below), object)
      periods.set(slot, entry)
    } else if (manifests.size === 0) append(loose, looseGroupOf(object.key), object)
  }
  const found: Found[] = []
  for (const { folder, runs } of periods.values()) {
    const newest = [...runs.values()].reduce((best, run) => (writtenAt(run) > writtenAt(best) ? run : best))
    const statement = folder.whole ? foundOf(folder, inOrder(newest)) : notWhole(folder, out)
    if (statement) found.push(statement)
  }
  if (!found.length) for (const files of loose.values()) found.push(foundOf(undefined, inOrder(files)))
  return found
}

function append(groups: Map<string, ListedObject[]>, key: string, object: ListedObject): void {
  const group = groups.get(key)
  if (group) group.push(object)
  else groups.set(key, [object])
}

const writtenAt = (files: readonly ListedObject[]): string =>
  files.reduce((latest, file) => (timeOf(file) > latest ? timeOf(file) : latest), '')

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

const inOrder = (files: readonly ListedObject[]): ListedObject[] => [...files].sort((one, other) => compare(one.key, other.key))

function notWhole(folder: PeriodFolder, { remarks }: LeftOut): undefined {
  remarks.push(
    `${shown(folder.root ? `${folder.root}/${folder.label}` : folder.label)} is not a whole month; export month to date, or whole months`,
  )
}

function foundOf(folder: PeriodFolder | undefined, files: readonly ListedObject[], manifest?: Manifest, manifestKey?: string): Found {
  const [first] = files
  const period = folder ? folder.period : manifest?.period
  const root = folder ? folder.root : folderOf(manifestKey ?? first?.key ?? '')
  const single = files.length === 1 && first ? nameOf(first.key) : ''
  const name = [root, folder?.label ?? (period?.slice(0, 7) || single)].filter(Boolean).join(', ')
  return {
    root,
    order: period ?? `~${writtenAt(files)} ${first?.key}`,
    statement: {
      ...{ name, period, format: manifest?.format, files, digest: digestOf(files) },
      statedLines: period === undefined ? undefined : manifest?.lines,
    },
  }
}

function digestOf(files: readonly ListedObject[]): string {
  const hash = createHash('sha256')
  for (const { key, etag, size } of inOrder(files)) hash.update(JSON.stringify([key, etag, size]))
  return hash.digest('hex')
}

function refuseTwoExports(found: readonly Found[]): void {
  const roots = new Map<string, string>()
  for (const { root, statement } of found) {
    if (!statement.period) continue
    const other = roots.get(statement.period)
    if (other !== undefined && other !== root) {
      const [one, two] = [other, root].map((path) => `"${shown(path || '/')}"`)
      throw new BillError(
        `${statement.period.slice(0, 7)} is in two exports, ${one} and ${two}: costs would be counted twice. Choose the folder of one of them`,
      )
    }
    roots.set(statement.period, root)
  }
}

function nothingFound(objects: readonly ListedObject[], { problems, remarks }: LeftOut): string {
  const told = problems[0]?.message ?? remarks[0]
  if (told) return told
  if (objects.some(({ key }) => /\.zip$/i.test(key))) return 'There are only ZIP files; choose GZIP or Parquet for the export'
  return objects.length
    ? 'There is no billing export: neither a manifest nor a file that ends in .csv, .csv.gz, .jsonl, .json.gz or .parquet'
    : 'There is nothing yet: the provider writes the first files within a day after the export was set up'
}
