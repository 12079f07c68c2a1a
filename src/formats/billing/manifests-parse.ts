/** What manifests of billing exports say. Their texts come from strangers. */
import { emptyMap, isJsonMap, type Json, jsonOfUnknown, shown } from '../json-value.ts'
import { BillError, type BillFormat, type Period } from './types.ts'

export interface Manifest {
  /** Undefined: its path says it, or nothing does. */
  readonly period: Period | undefined
  readonly format: BillFormat | undefined
  /** As the provider writes them: keys, or addresses such as `s3://bucket/key`. */
  readonly files: readonly string[]
  readonly lines: number | undefined
}

const mostFiles = 100_000
/** No storage allows more. What is longer is nobody's file, and made to be taken apart for long. */
export const longestKey = 1024

/**
 * A manifest of AWS (CUR 1.0, or a data export: CUR 2.0 and FOCUS) or Azure. Undefined: it is about something else than costs.
 * @throws BillError
 */
export function readManifest(key: string, text: string): Manifest | undefined {
  const manifest = parsed(key, text)
  if (isJsonMap(manifest)) {
    if (Array.isArray(manifest['blobs'])) return azureManifest(key, manifest)
    const files = manifest['reportKeys'] ?? manifest['dataFiles'] ?? manifest['files']
    if (Array.isArray(files)) return awsManifest(key, manifest, files)
  }
  throw new BillError(`${shown(key)} is no manifest of a billing export: it names no files ("reportKeys", "dataFiles" or "blobs")`)
}

function parsed(key: string, text: string): Json {
  try {
    const bare = text.charCodeAt(0) === 0xfe_ff ? text.slice(1) : text
    return jsonOfUnknown(JSON.parse(bare), 'manifest')
  } catch {
    throw new BillError(`${shown(key)} is not JSON as a manifest has it`)
  }
}

function awsManifest(key: string, manifest: { [name: string]: Json }, listed: Json[]): Manifest {
  const charset = textOf(manifest['charset'])
  if (charset && !/^utf-?8$/i.test(charset)) throw new BillError(`${shown(key)}: the report is written in ${shown(charset)}, not in UTF-8`)
  if (/zip/i.test(textOf(manifest['compression'])) && !/gzip/i.test(textOf(manifest['compression']))) {
    throw new BillError(`${shown(key)}: the report is compressed as ZIP; choose GZIP or Parquet for it`)
  }
  const about = manifest['billingPeriod']
  const start = about !== undefined && isJsonMap(about) ? textOf(about['start']) : ''
  return { period: monthOf(start), format: undefined, files: keysOf(key, listed), lines: undefined }
}

/** Exports of prices, reservations and recommendations look the same, and say in `exportConfig` what they are. */
const azureTypes: Readonly<Record<string, BillFormat | undefined>> = Object.assign(Object.create(null), {
  actualcost: 'azure',
  amortizedcost: 'azure',
  usage: 'azure',
  focuscost: 'focus',
})

function azureManifest(key: string, manifest: { [name: string]: Json }): Manifest | undefined {
  const blobs = (manifest['blobs'] as Json[]).filter(isJsonMap)
  const config = mapOf(manifest['exportConfig'])
  const type = textOf(config['type']).toLowerCase()
  if (type && azureTypes[type] === undefined) return undefined
  const counts = blobs.map((blob) => blob['dataRowCount'])
  const counted = counts.every((count): count is number => typeof count === 'number' && Number.isSafeInteger(count) && count >= 0)
  const { startDate, endDate } = mapOf(manifest['runInfo'])
  const [first, last] = [textOf(startDate), textOf(endDate)]
  return {
    // Runs of several months have lines of each.
    period: last === '' || last.slice(0, 7) === first.slice(0, 7) ? monthOf(first) : undefined,
    format: azureTypes[type],
    files: keysOf(
      key,
      blobs.map((blob) => blob['blobName'] ?? null),
    ),
    lines: counted ? counts.reduce((sum: number, count) => sum + Number(count), 0) : undefined,
  }
}

function keysOf(key: string, listed: Json[]): string[] {
  if (listed.length > mostFiles) throw new BillError(`${shown(key)} names ${listed.length} files, more than ${mostFiles}`)
  return listed.map((name) => {
    if (typeof name !== 'string' || name === '') throw new BillError(`${shown(key)}: the name of a file is missing or no text`)
    // An address begins with its scheme and bucket.
    if (name.length > longestKey + 300)
      throw new BillError(
        `${shown(key)} names ${shown(name)}, which is longer than the ${longestKey} characters that a file's name may have`,
      )
    return name
  })
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const mapOf = (value: Json | undefined): { [name: string]: Json } => (value !== undefined && isJsonMap(value) ? value : emptyMap())

/** `20260701T000000.000Z`, `2026-07-01T00:00:00`; only of periods that begin with a month. */
function monthOf(text: string): Period | undefined {
  const found = /^(\d{4})-?(\d{2})-?01(?!\d)/.exec(text)
  return found?.[1] && found[2] && Number(found[2]) >= 1 && Number(found[2]) <= 12 ? `${found[1]}-${found[2]}-01` : undefined
}
