/** Dates, tags, places and units as Azure writes them. */
import { CellError } from './adapter.ts'
import { shifted } from './exact.ts'
import { timestampOf } from './numbers.ts'
import type { Day, Decimal } from './types.ts'

/**
 * `07/31/2026` (month first), `2026-07-31`, with a time or without.
 * @throws CellError
 */
export function azureDay(text: string, column: string): Day {
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: .*)?$/.exec(text)
  const [, month = '', day = '', year = ''] = american ?? []
  const iso = american ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : text
  try {
    return timestampOf(iso, column).slice(0, 10)
  } catch (error) {
    throw error instanceof CellError && american ? new CellError(column, text, 'which is not a date that exists') : error
  }
}

const mostPairs = 256

/**
 * `{"env": "prod"}`, and the same without braces, as enterprise agreements write it. Nobody's import fails over a tag: what is
 * broken (it may be cut off) gives the pairs that can be read.
 */
export function azureTags(text: string): [string, string][] {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed === '{}' || trimmed === 'null') return []
  const braced = trimmed.startsWith('{') ? trimmed : `{${trimmed}}`
  try {
    const parsed: unknown = JSON.parse(braced)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return Object.entries(parsed)
        .slice(0, mostPairs)
        .map(([key, value]) => [key, tagText(value)])
    }
  } catch {
    // Read what can be read.
  }
  return pairsIn(braced)
}

function pairsIn(text: string): [string, string][] {
  const tokens = text.match(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[:,]/g) ?? []
  const pairs: [string, string][] = []
  for (let at = 0; at + 2 < tokens.length && pairs.length < mostPairs; at++) {
    const [key = '', colon, value = ''] = tokens.slice(at, at + 3)
    if (colon !== ':' || !isWhole(key) || !isWhole(value)) continue
    pairs.push([unescaped(key), unescaped(value)])
    at += 2
  }
  return pairs
}

const isWhole = (token: string): boolean => token.length > 1 && token.startsWith('"') && token.endsWith('"')

const tagText = (value: unknown): string => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted.slice(1, -1)
  }
}

/** The size of a machine. Other services write other things under the same name. */
export function instanceTypeOf(additionalInfo: string): string {
  const type = /"(?:ServiceType|VMSize|serviceType)"\s*:\s*"([^"\\]{1,64})"/.exec(additionalInfo)?.[1] ?? ''
  return /^(?:Standard|Basic|Premium)_/i.test(type) ? type : ''
}

/** Names of regions that meters have; resources have `westeurope` or `West Europe`. */
const meterRegions: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  useast: 'eastus',
  useast2: 'eastus2',
  uswest: 'westus',
  uswest2: 'westus2',
  uswest3: 'westus3',
  uscentral: 'centralus',
  usnorthcentral: 'northcentralus',
  ussouthcentral: 'southcentralus',
  uswestcentral: 'westcentralus',
  euwest: 'westeurope',
  eunorth: 'northeurope',
  apeast: 'eastasia',
  apsoutheast: 'southeastasia',
  jaeast: 'japaneast',
  jawest: 'japanwest',
  brsouth: 'brazilsouth',
  aueast: 'australiaeast',
  ausoutheast: 'australiasoutheast',
  incentral: 'centralindia',
  insouth: 'southindia',
  inwest: 'westindia',
  cacentral: 'canadacentral',
  caeast: 'canadaeast',
  krcentral: 'koreacentral',
  krsouth: 'koreasouth',
  dewestcentral: 'germanywestcentral',
  frcentral: 'francecentral',
  frsouth: 'francesouth',
  chnorth: 'switzerlandnorth',
  noeast: 'norwayeast',
  secentral: 'swedencentral',
  aenorth: 'uaenorth',
  zanorth: 'southafricanorth',
})

/** `West Europe`, `WESTEUROPE` and `EU West` are `westeurope`. */
export function azureRegion(location: string): string {
  const plain = location.toLowerCase().replace(/\s/g, '')
  if (plain === 'unassigned' || plain === 'unknown' || plain === 'na' || plain === 'n/a') return ''
  if (plain === 'all' || plain === 'allregions' || /^zone\d/.test(plain)) return 'global'
  return meterRegions[plain] ?? plain
}

export interface AzureResource {
  readonly id: string
  readonly name: string
  readonly type: string
}

/** Azure's ids mean the same in any case, and exports change it from month to month. */
export function azureResource(id: string, name: string, type: string): AzureResource {
  const plain = id.trim().toLowerCase()
  if (!plain.startsWith('/')) return { id: plain, name: name || id.trim(), type: type.toLowerCase() }
  const segments = plain.split('/')
  const at = segments.lastIndexOf('providers')
  const kinds = at < 0 ? [] : segments.slice(at + 2).filter((_, index) => index % 2 === 0)
  return {
    id: plain,
    name: name || (id.trim().split('/').at(-1) ?? ''),
    type: type.toLowerCase() || (kinds.length ? [segments[at + 1], ...kinds].join('/') : ''),
  }
}

/** `100 Hours` is priced per hundred. Blocks are powers of ten: the quantity in blocks is exact. */
export function pricingUnit(unit: string): { unit: string; places: number } {
  const found = unit.length > 256 ? null : /^(1(?:0{0,8}))([KM])?\s*(\D.*)?$/.exec(unit.trim())
  if (!found) return { unit: unit.trim(), places: 0 }
  const places = (found[1]?.length ?? 1) - 1 + (found[2] === 'K' ? 3 : found[2] === 'M' ? 6 : 0)
  return { unit: (found[3] ?? '').replace(/^\//, '').trim() || 'Units', places }
}

export const inBlocks = (quantity: Decimal, places: number): Decimal => (places ? shifted(quantity, places) : quantity)
