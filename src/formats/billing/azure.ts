/**
 * Azure cost exports: enterprise, customer and partner agreements and pay-as-you-go, actual and amortized.
 *
 * An export knows one cost. In "actual" ones it is what was billed: a reservation when it is bought. In "amortized" ones it is what was
 * used of it, and the purchase is missing. Neither can be turned into the other from its lines, and leaving one of them at 0 would lose
 * money, so the cost of a line counts as both billed and effective.
 */
import { type Adapter, type Cells, keyOf, type OpenOptions, statedPeriod } from './adapter.ts'
import { type AzureColumn, azureColumns } from './azure-columns.ts'
import { azureKind } from './azure-kinds.ts'
import { type AzureResource, azureDay, azureResource, azureTags, inBlocks, instanceTypeOf, pricingUnit } from './azure-texts.ts'
import { times } from './exact.ts'
import { bytesOf, Cache } from './intern.ts'
import { decimalOf, decimalOrNull } from './numbers.ts'
import type { ChargeKind, Day, Decimal, Period, TagSet } from './types.ts'

export const azure: Adapter = {
  format: 'azure',
  open(header, options, sink) {
    const columns = azureColumns(header)
    const at = (cells: Cells) => (column: AzureColumn) => firstOf(cells, columns[column])
    const kindOf = kinds(columns, header, options)
    const resourceOf = resources()
    const tagsOf = tags(options)
    const dayOf = days(header[columns.date[0] ?? 0] ?? 'Date')
    const costName = header[columns.cost[0] ?? 0] ?? 'Cost'

    return (cells) => {
      const text = at(cells)
      const day = dayOf(text('date'))
      const { kind, period, places, samePrices, usage } = kindOf(cells, text, day.start)
      const cost = decimalOf(text('cost'), costName)
      const consumed = decimalOrNull(text('quantity'), 'Quantity')
      const quantity = consumed === null ? null : inBlocks(consumed, places)
      const priced = (price: AzureColumn, name: string): Decimal | null => {
        const unitPrice = samePrices ? decimalOrNull(text(price), name) : null
        return unitPrice === null || quantity === null ? null : times(unitPrice, quantity)
      }
      const resource = resourceOf(text('resource'), text('resourceName'), text('resourceType'))
      sink.add({
        period,
        kind,
        resource: options.memory.resource('azurerm', resource.id, resource.name, resource.type),
        tags: tagsOf(text('tags')),
        start: day.start,
        end: day.end,
        billed: cost,
        effective: cost,
        list: decimalOrNull(text('paygCost'), 'PaygCostInBillingCurrency') ?? priced('paygPrice', 'PayGPrice'),
        contracted: priced('unitPrice', 'UnitPrice'),
        pricingQuantity: quantity,
        consumedQuantity: usage ? consumed : null,
        extra: null,
      })
    }
  },
}

function firstOf(cells: Cells, columns: readonly number[]): string {
  for (const column of columns) {
    const text = cells.text(column)
    if (text !== '') return text
  }
  return ''
}

/** What a kind is made of. Quantities, costs, resources and tags differ from line to line. */
const lineColumns: ReadonlySet<string> = new Set<AzureColumn>([
  ...(['date', 'cost', 'costInPricingCurrency', 'paygCost', 'quantity', 'resource', 'resourceName', 'resourceType', 'tags'] as const),
  ...(['additional', 'resourceGroup', 'order', 'orderName'] as const),
])

interface KnownKind {
  readonly kind: ChargeKind
  readonly period: Period
  /** Digits by which a quantity becomes one of priced blocks. */
  readonly places: number
  /** Are prices in the currency of the bill? */
  readonly samePrices: boolean
  readonly usage: boolean
}

function kinds(columns: Record<AzureColumn, readonly number[]>, header: readonly string[], options: OpenOptions) {
  const names = (Object.keys(columns) as AzureColumn[]).filter((name) => !lineColumns.has(name))
  const key = keyOf(names.flatMap((name) => columns[name]))
  const known = new Cache<KnownKind>(20_000, 8_000_000)
  const periodName = header[columns.periodStart[0] ?? -1] ?? 'BillingPeriodStartDate'
  return (cells: Cells, text: (column: AzureColumn) => string, start: string): KnownKind => {
    const instanceType = instanceTypeOf(text('additional'))
    const ownPeriod = text('periodStart')
    const month = ownPeriod === '' ? (options.period ?? start.slice(0, 7)) : ''
    const whole = `${instanceType}\n${month}\n${key(cells)}`
    const found = known.get(whole)
    if (found) return found
    const begin = ownPeriod === '' ? `${month.slice(0, 7)}-01` : azureDay(monthly(ownPeriod), periodName)
    const period = statedPeriod(begin, options) ?? `${begin.slice(0, 7)}-01`
    const unit = pricingUnit(text('unit'))
    const { kind, samePrices } = azureKind(text, { instanceType, begin, unit: unit.unit }, options.memory)
    const usage = kind.dimension.record_type === 'usage'
    const made = { kind, period, places: unit.places, samePrices, usage }
    known.set(whole, made)
    return made
  }
}

/** `202607` */
const monthly = (text: string): string => (/^\d{6}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4)}-01` : text)

function resources() {
  const known = new Cache<AzureResource>(40_000, 8_000_000)
  return (id: string, name: string, type: string): AzureResource => {
    const key = `${id}\u0001${name}\u0001${type}`
    const found = known.get(key)
    if (found) return found
    const made = azureResource(id, name, type)
    known.set(key, made, bytesOf(made.id) + bytesOf(made.name))
    return made
  }
}

function tags({ memory }: OpenOptions) {
  const known = new Cache<{ set: TagSet | null }>(20_000, 5_000_000)
  return (text: string): TagSet | null => {
    if (text === '') return null
    const found = known.get(text)
    if (found !== undefined) return found.set
    const set = memory.tags(azureTags(text))
    known.set(text, { set })
    return set
  }
}

/** Azure charges by the day. */
function days(column: string) {
  const known = new Map<string, { start: string; end: string }>()
  return (text: string) => {
    const found = known.get(text)
    if (found) return found
    const day: Day = azureDay(text, column)
    const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
    const made = { start: `${day}T00:00:00Z`, end: `${next}T00:00:00Z` }
    if (known.size < 1000) known.set(text, made)
    return made
  }
}
