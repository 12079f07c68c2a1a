/**
 * Google's billing exports from BigQuery, standard and detailed. Nested fields come joined by dots (`service.id`); lists, and fields that
 * are lists, as JSON.
 *
 * Credits are on the line that they reduce: what is billed is the cost and them. ContractedCost is the cost without them, since it is
 * the negotiated price of what was used. ListCost is `cost_at_list` where the export has it. Commitments are lines of their own
 * (purchases), and the credits for them are on usage, so what is effective is what is billed.
 */
import { type Adapter, CellError, type Cells, keyOf, type OpenOptions, TableError } from './adapter.ts'
import { plus } from './exact.ts'
import { gcpKind } from './gcp-kinds.ts'
import { gcpName, pairsOf, recordsOf } from './gcp-texts.ts'
import { Cache } from './intern.ts'
import { decimalOf, decimalOrNull, timestampOf } from './numbers.ts'
import type { ChargeKind, Decimal, Period, TagSet } from './types.ts'

export const gcp: Adapter = {
  format: 'gcp',
  open(header, options, sink) {
    const at = columnsOf(header)
    const text = (cells: Cells, column: GcpColumn) => cells.text(at[column])
    const kindOf = kinds(at, options)
    const tagsOf = tags(at, options)
    const creditsOf = credits(at)

    return (cells) => {
      const start = timestampOf(text(cells, 'usage_start_time'), 'usage_start_time')
      const end = text(cells, 'usage_end_time')
      const { kind, period } = kindOf(cells, start)
      const cost = decimalOf(text(cells, 'cost'), 'cost')
      const credit = creditsOf(cells)
      const net = credit === null ? cost : plus(cost, credit)
      const name = text(cells, 'resource.name')
      const globalName = text(cells, 'resource.global_name')
      sink.add({
        period,
        kind,
        resource: options.memory.resource('google', globalName || name, name, typeOf(globalName)),
        tags: tagsOf(cells),
        start,
        end: end === '' ? start : timestampOf(end, 'usage_end_time'),
        billed: net,
        effective: net,
        list: decimalOrNull(text(cells, 'cost_at_list'), 'cost_at_list'),
        contracted: cost,
        pricingQuantity: decimalOrNull(text(cells, 'usage.amount_in_pricing_units'), 'usage.amount_in_pricing_units'),
        consumedQuantity: kind.dimension.record_type === 'usage' ? decimalOrNull(text(cells, 'usage.amount'), 'usage.amount') : null,
        extra: null,
      })
    }
  },
}

/** Columns that are read. Files of JSON leave out what is empty, so they have to be expected. */
export const gcpColumns = [
  ...([
    'billing_account_id',
    'service.id',
    'service.description',
    'sku.id',
    'sku.description',
    'usage_start_time',
    'usage_end_time',
  ] as const),
  ...(['project.id', 'project.name', 'project.number', 'project.labels', 'labels', 'system_labels', 'tags', 'location.location'] as const),
  ...(['location.country', 'location.region', 'location.zone', 'cost', 'currency', 'usage.amount', 'usage.unit'] as const),
  ...(['usage.amount_in_pricing_units', 'usage.pricing_unit', 'credits', 'credits.amount', 'invoice.month', 'cost_type'] as const),
  ...(['adjustment_info.mode', 'adjustment_info.type', 'cost_at_list', 'price.effective_price', 'price.list_price'] as const),
  ...(['resource.name', 'resource.global_name', 'transaction_type', 'seller_name', 'subscription.instance_id'] as const),
] as const

export type GcpColumn = (typeof gcpColumns)[number]

const lineColumns: ReadonlySet<GcpColumn> = new Set<GcpColumn>([
  ...(['usage_start_time', 'usage_end_time', 'project.labels', 'labels', 'system_labels', 'tags', 'cost', 'usage.amount'] as const),
  ...(['usage.amount_in_pricing_units', 'credits', 'credits.amount', 'cost_at_list', 'resource.name', 'resource.global_name'] as const),
])

function columnsOf(header: readonly string[]): Record<GcpColumn, number> {
  const positions = new Map<string, number>()
  header.forEach((name, at) => {
    const plain = gcpName(name)
    if (!positions.has(plain)) positions.set(plain, at)
  })
  const columns = {} as Record<GcpColumn, number>
  for (const name of gcpColumns) columns[name] = positions.get(gcpName(name)) ?? -1
  const missing = (['usage_start_time', 'cost', 'currency', 'service.description'] as const).filter((name) => columns[name] < 0)
  if (missing.length) throw new TableError(`a Google Cloud billing export without ${missing.join(', ')} cannot be read`)
  return columns
}

function kinds(at: Record<GcpColumn, number>, options: OpenOptions) {
  const key = keyOf(gcpColumns.filter((name) => !lineColumns.has(name)).map((name) => at[name]))
  const known = new Cache<{ kind: ChargeKind; period: Period }>(20_000, 8_000_000)
  const machines = new Cache<string>(5000, 2_000_000)
  return (cells: Cells, start: string) => {
    const month = cells.text(at['invoice.month'])
    const systemLabels = cells.text(at.system_labels)
    const instanceType = systemLabels === '' ? '' : machineOf(systemLabels, machines)
    const fallback = month === '' ? (options.period ?? start).slice(0, 7) : ''
    const whole = `${instanceType}\n${fallback}\n${key(cells)}`
    const found = known.get(whole)
    if (found) return found
    const made = {
      kind: gcpKind((column) => cells.text(at[column]), instanceType, options.memory),
      period: month === '' ? `${fallback}-01` : invoiceMonth(month),
    }
    known.set(whole, made)
    return made
  }
}

/** `202607`; the days of usage may lie before it. */
function invoiceMonth(text: string): Period {
  const found = /^(20\d{2})-?(0[1-9]|1[0-2])(?:-01)?$/.exec(text.trim())
  if (!found) throw new CellError('invoice.month', text, 'which is not a month such as 202607')
  return `${found[1]}-${found[2]}-01`
}

function machineOf(systemLabels: string, known: Cache<string>): string {
  const found = known.get(systemLabels)
  if (found !== undefined) return found
  const pairs = new Map(pairsOf(systemLabels))
  const type = pairs.get('compute.googleapis.com/machine_spec') ?? ''
  known.set(systemLabels, type)
  return type
}

/** Of a project's labels, a resource's tags and its labels, the later ones count. */
function tags(at: Record<GcpColumn, number>, { memory }: OpenOptions) {
  const columns = [at['project.labels'], at.tags, at.labels]
  const key = keyOf(columns)
  const known = new Cache<{ set: TagSet | null }>(20_000, 5_000_000)
  return (cells: Cells): TagSet | null => {
    const text = key(cells)
    const found = known.get(text)
    if (found !== undefined) return found.set
    const set = memory.tags(new Map(columns.flatMap((column) => pairsOf(cells.text(column)))))
    known.set(text, { set })
    return set
  }
}

/** Null: none. What cannot be read is an error, because it is money. */
function credits(at: Record<GcpColumn, number>) {
  return (cells: Cells): Decimal | null => {
    const flat = cells.text(at['credits.amount'])
    const text = cells.text(at.credits)
    let sum = flat === '' ? null : decimalOf(flat, 'credits.amount')
    if (text === '' || text === '[]' || text === '{}' || text === 'null') return sum
    const records = recordsOf(text)
    if (!records) throw new CellError('credits', text, 'which is no list of credits in JSON')
    for (const record of records) {
      const amount = record.get('amount') ?? ''
      if (amount === '') continue
      const decimal = decimalOf(amount, 'credits.amount')
      sum = sum === null ? decimal : plus(sum, decimal)
    }
    return sum
  }
}

/** `//compute.googleapis.com/projects/p/zones/z/instances/1` is of type `compute.googleapis.com/instances`. */
function typeOf(globalName: string): string {
  const found = globalName.length > 4096 ? null : /^\/\/([a-z0-9.-]+)\/(?:.*\/)?([A-Za-z]+)\/[^/]+$/.exec(globalName)
  return found ? `${found[1]}/${found[2]}` : ''
}
