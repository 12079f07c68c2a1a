/** What the path of a file says about the bill that it is part of. */
import type { Period } from './types.ts'

/** A folder that holds one billing period of an export: `<export>/20260701-20260801/…` or `<export>/data/BILLING_PERIOD=2026-07/…`. */
export interface PeriodFolder {
  /** Path of the export; empty at the top. */
  readonly root: string
  /** As the path has it; with the root it names the folder's content. */
  readonly label: string
  readonly period: Period | undefined
  /** Whole months, or at least four weeks (bills need not begin on the first). */
  readonly whole: boolean
  /** Folders between the period's folder and the file: `<run>` or empty. */
  readonly below: string
}

export const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

export const folderOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf('/')))

export function periodFolderOf(key: string): PeriodFolder | undefined {
  const folders = folderOf(key).split('/')
  for (let at = folders.length - 1; at >= 0; at--) {
    const folder = folders[at] ?? ''
    const below = folders.slice(at + 1).join('/')
    const range = /^(\d{8})-(\d{8})$/.exec(folder)
    if (range?.[1] && range[2]) {
      return { root: folders.slice(0, at).join('/'), label: folder, below, ...monthsOf(dayOf(range[1]), dayOf(range[2])) }
    }
    const month = /^billing_period=(\d{4}-(?:0[1-9]|1[0-2]))$/i.exec(folder)?.[1]
    if (month) {
      const kind = folders[at - 1]
      const root = folders.slice(0, kind === 'data' || kind === 'metadata' ? at - 1 : at).join('/')
      return { root, label: month, below, period: `${month}-01`, whole: true }
    }
  }
  return undefined
}

const msPerDay = 86_400_000

const dayOf = (text: string): number => Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8)))

/** AWS names the first day after the period, Azure its last. */
function monthsOf(first: number, last: number): { period: Period | undefined; whole: boolean } {
  const end = new Date(last).getUTCDate() === 1 ? last : last + msPerDay
  const begins = new Date(first).getUTCDate() === 1
  if (begins && new Date(end).getUTCDate() === 1 && end > first) {
    const next = new Date(first)
    next.setUTCMonth(next.getUTCMonth() + 1)
    return { period: next.getTime() === end ? new Date(first).toISOString().slice(0, 10) : undefined, whole: true }
  }
  return { period: undefined, whole: end - first >= 28 * msPerDay }
}

/**
 * Files that are the same bill: those of a folder, taken apart by the month in their names (`bill-2026-07-part1.csv`). Folders such as
 * `day=01` are parts of what is above them; folders such as `invoice_month=202607` are not.
 */
export function looseGroupOf(key: string): string {
  const folders = folderOf(key)
    .split('/')
    .filter((folder) => !/^[^=]+=/.test(folder) || /^(?:year|month)=/i.test(folder) || /=(?:19|20)\d{2}-?(?:0[1-9]|1[0-2])$/.test(folder))
  const month = /(?<!\d)((?:19|20)\d{2})[-_]?(0[1-9]|1[0-2])(?!\d{3})/.exec(nameOf(key))
  return `${folders.join('/')}\n${month ? `${month[1]}-${month[2]}` : ''}`
}

/** One run of an export writes one folder, or several parts of one name: `export_guid.csv`, `export-00001.csv.gz`. */
export function runOf(key: string, below: string): string {
  const stem = nameOf(key)
    .replace(/(?:\.(?:csv|json|jsonl|ndjson|parquet|snappy|zstd?|gz))+$/i, '')
    .replace(/[-_]\d{1,8}$/, '')
  return `${below}\n${/^part/i.test(stem) ? '' : stem}`
}

const readable = /\.(?:csv|jsonl|ndjson|json|parquet|gz)$/i
const otherTexts = /(?:manifest[^/]*|status|_metadata)\.json$|\.sql$/i

/** Could it be a part of a bill? Markers and hidden files (`_SUCCESS`, `.part.crc`) are none. */
export const isDataFile = (key: string): boolean => {
  const name = nameOf(key)
  return readable.test(name) && !otherTexts.test(name) && !/^[._]/.test(name)
}

export const isManifest = (key: string): boolean => /(?:-Manifest|^manifest|^_manifest)\.json$/.test(nameOf(key))
