/** FOCUS 1.0 to 1.2. */
import { type Adapter, CellError, type Cells, keyOf, type OpenOptions, statedPeriod, TableError } from './adapter.ts'
import { categoryOf, classOf, regionOf } from './categories.ts'
import { columnsOf } from './detect.ts'
import { bytesOf, Cache, clean, mostCharacters, tooMuch } from './intern.ts'
import { currencyOf, decimalOf, decimalOrNull, nextPeriod, periodOf, timestampOf } from './numbers.ts'
import { providerOf } from './providers.ts'
import { tagColumn } from './tags.ts'
import { type ChargedResource, type ChargeKind, type Period, type RecordType, recordTypes } from './types.ts'

export { currencyOf }

export const focus: Adapter = {
  format: 'focus',
  open(header, options, sink) {
    const at = columnsOf(header, 'FOCUS', required)
    const start = at('ChargePeriodStart')
    const end = at('ChargePeriodEnd')
    const billed = at('BilledCost')
    const effective = at('EffectiveCost')
    const list = at('ListCost')
    const contracted = at('ContractedCost')
    const pricingQuantity = at('PricingQuantity')
    const consumedQuantity = at('ConsumedQuantity')
    const kindOf = kinds(header, at, options)
    const resourceOf = resources(at, options)
    const tagsOf = tagColumn(at('Tags'), 'Tags', options.memory)
    const extraOf = extras(header, lineColumns)
    // Without an id it is no resource that could be kept, but what the bill said of it is.
    const unidentifiedOf = extras(header, [...lineColumns, 'ResourceName', 'ResourceType'])

    return (cells) => {
      const { kind, period } = kindOf(cells)
      const amount = decimalOf(cells.text(billed), 'BilledCost')
      const starts = timestampOf(cells.text(start), 'ChargePeriodStart')
      const ends = given(cells.text(end))
      const resource = resourceOf(cells, kind.dimension.provider)
      sink.add({
        period,
        kind,
        resource,
        tags: tagsOf(cells),
        start: starts,
        end: ends === '' ? starts : timestampOf(ends, 'ChargePeriodEnd'),
        billed: amount,
        effective: decimalOrNull(cells.text(effective), 'EffectiveCost') ?? amount,
        list: decimalOrNull(cells.text(list), 'ListCost'),
        contracted: decimalOrNull(cells.text(contracted), 'ContractedCost'),
        pricingQuantity: decimalOrNull(cells.text(pricingQuantity), 'PricingQuantity'),
        consumedQuantity: decimalOrNull(cells.text(consumedQuantity), 'ConsumedQuantity'),
        extra: resource === null ? unidentifiedOf(cells) : extraOf(cells),
      })
    }
  },
}

/** What the specification calls mandatory and a line makes no sense without. */
const required = [
  'BilledCost',
  'BillingCurrency',
  'BillingPeriodStart',
  'ChargePeriodStart',
  'ChargeCategory',
  'EffectiveCost',
  'ServiceName',
]

/** Those that are the same on many lines. BillingPeriodStart and -End are the batch's, unless they are no whole month. */
const kindColumns = [
  ...['AvailabilityZone', 'BillingAccountId', 'BillingAccountName', 'BillingAccountType', 'BillingCurrency', 'BillingPeriodStart'],
  ...['BillingPeriodEnd', 'CapacityReservationId', 'CapacityReservationStatus', 'ChargeCategory', 'ChargeClass', 'ChargeDescription'],
  ...['ChargeFrequency', 'CommitmentDiscountCategory', 'CommitmentDiscountId', 'CommitmentDiscountName', 'CommitmentDiscountStatus'],
  ...['CommitmentDiscountType', 'CommitmentDiscountUnit', 'ConsumedUnit', 'ContractedUnitPrice', 'HostProviderName', 'InvoiceId'],
  ...['InvoiceIssuerName', 'ListUnitPrice', 'PricingCategory', 'PricingCurrency', 'PricingCurrencyContractedUnitPrice'],
  ...['PricingCurrencyListUnitPrice', 'PricingUnit', 'ProviderName', 'PublisherName', 'RegionId', 'RegionName', 'ServiceCategory'],
  ...['ServiceName', 'ServiceProviderName', 'ServiceSubcategory', 'SkuId', 'SkuMeter', 'SkuPriceDetails', 'SkuPriceId', 'SubAccountId'],
  ...['SubAccountName', 'SubAccountType'],
]

/** Of providers' own columns: those that say something of the account, the contract or the price, not of the line. */
const kindExtension =
  /^x_(?:Account|Billing|Invoice|Publisher|Reseller|Customer|Partner|Service|Sku|CostCenter|Operation$|UsageType$|Pricing(?!Quantity))/i

const lineColumns = ['CommitmentDiscountQuantity', 'PricingCurrencyEffectiveCost']

function given(text: string): string {
  return text === 'NULL' ? '' : text
}

function kinds(header: readonly string[], at: (name: string) => number, options: OpenOptions) {
  const { memory } = options
  const columns = [
    ...kindColumns.map((name) => ({ name, column: at(name) })).filter(({ column }) => column >= 0),
    ...header.map((name, column) => ({ name: name.trim(), column })).filter(({ name }) => kindExtension.test(name)),
  ]
  const key = keyOf(columns.map(({ column }) => column))
  const known = new Cache<{ kind: ChargeKind; period: Period }>(30_000, 8_000_000)
  const make = (cells: Cells) => {
    const all = Object.fromEntries(columns.map(({ name, column }) => [name, given(cells.text(column))]))
    const { BillingPeriodStart = '', BillingPeriodEnd = '', ...rest } = all
    const text = (name: string) => all[name] ?? ''
    const written = periodOf(BillingPeriodStart, 'BillingPeriodStart')
    const period = statedPeriod(BillingPeriodStart, options) ?? written
    const begins = timestampOf(BillingPeriodStart, 'BillingPeriodStart')
    const ends = BillingPeriodEnd === '' ? '' : timestampOf(BillingPeriodEnd, 'BillingPeriodEnd')
    const service = text('ServiceName')
    const unclassed = text('ServiceCategory') === ''
    const known = unclassed || (text('ServiceSubcategory') === '' && text('ServiceCategory') === 'Compute') ? classOf(service) : undefined
    const kind = memory.kind(
      {
        provider: providerOf(text('ProviderName') || text('ServiceProviderName')) || options.provider || providerOf(text('PublisherName')),
        master_account: text('BillingAccountId'),
        linked_account: text('SubAccountId'),
        service,
        category:
          known && (unclassed || known.category === 'Compute')
            ? categoryOf(known.category, known.subcategory)
            : categoryOf(text('ServiceCategory'), text('ServiceSubcategory')),
        region: regionOf(text('RegionId'), text('AvailabilityZone'), text('RegionName')),
        instance_type: instanceTypeOf(text('SkuPriceDetails')) || instanceTypeOf(text('x_SkuDetails')),
        record_type: recordTypeOf(text('ChargeCategory')),
        currency: currencyOf(text('BillingCurrency'), 'BillingCurrency'),
      },
      {
        ...rest,
        ...(begins === `${period}T00:00:00Z` ? {} : { BillingPeriodStart: begins }),
        ...(ends === '' || ends === `${nextPeriod(period)}T00:00:00Z` ? {} : { BillingPeriodEnd: ends }),
      },
    )
    return { kind, period }
  }
  return (cells: Cells) => {
    const text = key(cells)
    const found = known.get(text)
    if (found) return found
    const made = make(cells)
    known.set(text, made)
    return made
  }
}

function resources(at: (name: string) => number, { memory }: OpenOptions): (cells: Cells, provider: string) => ChargedResource | null {
  const [id, name, type] = [at('ResourceId'), at('ResourceName'), at('ResourceType')]
  const key = keyOf([id, name, type])
  const known = new Cache<{ provider: string; resource: ChargedResource | null }>(60_000, 6_000_000)
  return (cells, provider) => {
    const text = key(cells)
    const found = known.get(text)
    if (found?.provider === provider) return found.resource
    const resource = memory.resource(provider, given(cells.text(id)), given(cells.text(name)), given(cells.text(type)))
    known.set(text, { provider, resource })
    return resource
  }
}

function extras(header: readonly string[], names: readonly string[]): (cells: Cells) => string | null {
  const lower = names.map((name) => name.toLowerCase())
  const columns = header
    .map((name, column) => ({ name: names[lower.indexOf(name.trim().toLowerCase())] ?? name.trim(), column }))
    .filter(({ name }) => names.includes(name) || (/^x_/i.test(name) && !kindExtension.test(name)))
  if (columns.length === 0) return () => null
  const key = keyOf(columns.map(({ column }) => column))
  const known = new Cache<string>(5000, 2_000_000)
  return (cells) => {
    const text = key(cells)
    let json = known.get(text)
    if (json === undefined) {
      let characters = 0
      const filled = columns.flatMap(({ name, column }) => {
        const value = clean(given(cells.text(column)))
        characters += value.length
        return value === '' ? [] : [[name, value] as const]
      })
      if (characters > mostCharacters) throw new TableError(tooMuch(Object.fromEntries(filled)))
      json = filled.length === 0 ? '' : JSON.stringify(Object.fromEntries(filled))
      known.set(text, json, bytesOf(json))
    }
    return json === '' ? null : json
  }
}

function recordTypeOf(text: string): RecordType {
  const plain = text.trim().toLowerCase()
  const found = recordTypes.find((type) => type === plain)
  if (found) return found
  throw new CellError('ChargeCategory', text, `which is none of Usage, Purchase, Tax, Credit and Adjustment`)
}

function instanceTypeOf(details: string): string {
  if (!details.startsWith('{')) return ''
  const found = /"(?:x_)?(?:InstanceType|ServiceType|MachineSpec)"\s*:\s*"([^"\\]{1,64})"/i.exec(details)
  return found?.[1] ?? ''
}
