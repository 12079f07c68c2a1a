/**
 * Bills of any length, shaped as FOCUS 1.0 samples are: the same columns in the same order, quoted alike. The same seed makes the same
 * bytes. A line for each hour, resource and usage; instances, volumes, buckets and thirty more services in twelve regions and thirty
 * accounts; half of the resources are tagged, each with a name of its own; a few credits, taxes and purchases.
 */
import { machines, regions, type Service, services, type Usage } from './bill-services.ts'
import { decimal, type Sum, Table } from './bill-totals.ts'
import { Random } from './random.ts'

export interface BillOptions {
  readonly lines: number
  readonly seed?: number
  /** `2026-07` */
  readonly month?: string
  readonly account?: string
  readonly currency?: string
  /** Things charged for each hour, as far as the lines go; ten million lines have 13,500 unless told. */
  readonly usages?: number
}

/** Decimals, exact; by name of the service, id of the sub account, day, value of the tag `application` (empty: none), kind of charge. */
export interface BillTotals extends Sum {
  readonly services: ReadonlyMap<string, Sum>
  readonly accounts: ReadonlyMap<string, Sum>
  readonly days: ReadonlyMap<string, Sum>
  readonly applications: ReadonlyMap<string, Sum>
  readonly categories: ReadonlyMap<string, Sum>
}

export interface GeneratedBill {
  readonly lines: number
  /** Parts of about 256 KiB, as often as wanted. */
  bytes(): AsyncGenerator<Buffer>
  totals(): BillTotals
  /** Names that occur in `Name` tags: one for each tagged resource. */
  readonly names: readonly string[]
}

export const applications = Array.from({ length: 25 }, (_, index) => `app-${String(index + 1).padStart(2, '0')}`)
export const environments = ['prod', 'staging', 'dev', 'test'] as const

export const header =
  'AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory Id ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags'
    .split(' ')
    .map((name) => `"${name}"`)
    .join(',')

/** A resource and what it is charged for: everything but the hour and the amount. */
interface Row {
  readonly service: string
  readonly account: string
  readonly application: string
  readonly category: string
  /** What stands before the cost, between the cost and the hour, behind the hour, behind the amounts, and behind the line's number. */
  readonly parts: readonly [string, string, string, string, string]
  readonly amounts: readonly Amount[]
}

interface Amount {
  readonly billedText: string
  /** From ConsumedQuantity to PricingQuantity. */
  readonly text: string
  /** In 10⁻¹¹ of the currency: a cost of a day is a safe integer of them. */
  readonly billed: number
  readonly effective: number
}

/** How many different amounts a row has, at most. */
const kinds = 16

export function generateBill({
  lines,
  seed = 1,
  month = '2026-07',
  account = '1234567890123',
  currency = 'USD',
  usages,
}: BillOptions): GeneratedBill {
  const begin = new Date(`${month}-01T00:00:00Z`)
  const end = new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1, 1))
  const hours = (end.getTime() - begin.getTime()) / 3_600_000
  const random = new Random(seed)
  const once = Math.min(4000, Math.floor(lines / 250))
  const hourly = lines - once
  const wanted = Math.min(hourly, Math.max(Math.ceil(hourly / hours), usages ?? 150))
  const invoice = { account, currency, begin: sql(begin), end: sql(end) }
  const { rows, names } = drawRows(random, wanted, invoice)
  const singles = Array.from({ length: once }, () => drawSingle(random, invoice, hours))
  // Few lines are spread over the whole month.
  const step = rows.length === 0 ? 1 : Math.max(1, Math.floor(hours / Math.ceil(hourly / rows.length)))
  const times = Array.from({ length: hours + 1 }, (_, hour) => sql(new Date(begin.getTime() + hour * 3_600_000)))

  /** In the order of the file. */
  function each(visit: (row: Row, amount: Amount, hour: number, number: number) => void, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      if (index < hourly) {
        const turn = Math.floor(index / rows.length)
        const place = index - turn * rows.length
        const row = rows[place] as Row
        const amount = row.amounts[(turn * 7 + place * 13) % row.amounts.length] as Amount
        visit(row, amount, Math.min(turn * step, hours - 1), index)
      } else {
        const { row, hour } = singles[index - hourly] as { row: Row; hour: number }
        visit(row, row.amounts[0] as Amount, hour, index)
      }
    }
  }

  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${header}\n`, 'latin1')
    for (let from = 0; from < lines; from += 400) {
      let text = ''
      const write = (row: Row, amount: Amount, hour: number, number: number): void => {
        const [a, b, c, d, e] = row.parts
        text += `${a}${amount.billedText}${b}${times[hour + 1]}","${times[hour]}${c}${amount.text}${d}${number + 1}${e}`
      }
      each(write, from, Math.min(lines, from + 400))
      yield Buffer.from(text, 'latin1')
    }
  }

  function totals(): BillTotals {
    const tables = { services: new Table(), accounts: new Table(), days: new Table(), applications: new Table(), categories: new Table() }
    const all = new Table()
    each(
      (row, { billed, effective }, hour) => {
        all.add('', billed, effective)
        tables.services.add(row.service, billed, effective)
        tables.accounts.add(row.account, billed, effective)
        tables.days.add((times[hour] as string).slice(0, 10), billed, effective)
        tables.applications.add(row.application, billed, effective)
        tables.categories.add(row.category, billed, effective)
      },
      0,
      lines,
    )
    const whole = all.sums().get('') ?? { lines: 0, billed: '0', effective: '0' }
    const { services, accounts, days, applications, categories } = tables
    const sums = { services: services.sums(), accounts: accounts.sums(), days: days.sums(), applications: applications.sums() }
    return { ...whole, ...sums, categories: categories.sums() }
  }

  return { lines, bytes, totals, names }
}

interface Invoice {
  readonly account: string
  readonly currency: string
  readonly begin: string
  readonly end: string
}

function drawRows(random: Random, wanted: number, invoice: Invoice): { rows: Row[]; names: string[] } {
  const rows: Row[] = []
  const names: string[] = []
  for (let number = 1; rows.length < wanted; number++) {
    const service = drawService(random)
    const [region, regionName] = regions[Math.floor(random.next() ** 2 * regions.length)] as (typeof regions)[number]
    const sub = random.integer(0, 29)
    const [type, price] = random.pick(machines)
    const id =
      Math.floor(random.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0') + number.toString(16).padStart(8, '0')
    const resource =
      service.resourceType === 'instance'
        ? `i-0${id}`
        : `arn:aws:${service.arn}:${region}:${accountOf(sub)}:${service.resourceType}/${service.resourceType}-${id}`
    const tagged = random.chance(0.5)
    const application = tagged ? random.pick(applications) : ''
    const name = `${application}-${service.arn}-${number}`
    if (tagged) names.push(name)
    const tags = tagged && {
      application,
      environment: random.pick(environments),
      cost_center: `cc-${100 + (applications.indexOf(application) % 8)}`,
      Name: name,
    }
    // Some machines run on a savings plan: nothing is billed for them, and they cost nevertheless.
    const covered = service.resourceType === 'instance' && random.chance(0.3)
    for (const usage of service.usages.slice(0, wanted - rows.length)) {
      const machine = usage.text.includes('{type}')
      const each = machine ? price : usage.price
      const text = machine ? `$${price} ${usage.text.replace('{type}', type)}` : usage.text
      const what = { service, usage: { ...usage, text, price: each }, category: 'Usage', covered: covered && machine }
      const where = {
        zone: machine ? `${region}${random.pick(['a', 'b', 'c'])}` : '',
        region,
        regionName,
        sub,
        resource,
        tags: tags || undefined,
      }
      rows.push(rowOf(random, invoice, what, where))
    }
  }
  return { rows, names }
}

interface What {
  readonly service: Service
  readonly usage: Usage
  readonly category: string
  readonly covered: boolean
}
interface Where {
  readonly zone: string
  readonly region: string
  readonly regionName: string
  readonly sub: number
  readonly resource: string
  readonly tags: Readonly<Record<string, string>> | undefined
}

function rowOf(random: Random, invoice: Invoice, { service, usage, category, covered }: What, where: Where): Row {
  const sku = skuOf(service.name + usage.text)
  const plan = `"Spend","arn:aws:savingsplans::${accountOf(where.sub)}:savingsplan/${sku.toLowerCase()}",NULL,"Used","Savings Plan",`
  const usual = category === 'Usage'
  const amounts = Array.from({ length: usage.quantity === 1 ? 1 : kinds }, (): Amount => {
    const quantity = usage.quantity === 1 ? 1 : Math.round(usage.quantity * (0.2 + 1.6 * random.next()) * 1e7) / 1e7
    const list = Math.round(usage.price * quantity * 1e10) * 10
    const billed = covered ? 0 : list
    const effective = covered ? Math.round((list * 0.72) / 10) * 10 : list
    const consumed = usual ? `${quantity.toFixed(15)},"${usage.unit}"` : 'NULL,NULL'
    const prices = `${decimal(list)},${usage.price.toFixed(11)},${decimal(effective)},"Amazon Web Services, Inc.",${decimal(list)},"${usage.price}"`
    const pricing = covered ? 'Committed' : usual ? 'Standard' : 'Other'
    return { billedText: decimal(billed), text: `${consumed},${prices},"${pricing}",${quantity.toFixed(11)}`, billed, effective }
  })
  const tags = where.tags ? quoted(JSON.stringify(where.tags)) : 'NULL'
  const named = where.resource === '' ? 'NULL,NULL,NULL' : `"${where.resource}",NULL,"${service.resourceType}"`
  const account = accountOf(where.sub)
  return {
    service: service.name,
    account,
    application: where.tags?.['application'] ?? '',
    category,
    parts: [
      `${where.zone === '' ? 'NULL' : `"${where.zone}"`},`,
      `,"${invoice.account}","SunBird","${invoice.currency}","${invoice.end}","${invoice.begin}","${category}",NULL,${quoted(usage.text)},"${usual ? 'Usage-Based' : 'One-Time'}","`,
      `",${covered ? plan : 'NULL,NULL,NULL,NULL,NULL,'}`,
      `,"${usage.unit}","AWS","Amazon Web Services, Inc.","${where.region}","${where.regionName}",${named},"${service.category}",`,
      `,"${service.name}","${sku}","${sku}.JRTCKXETXF.6YS6EN2CT7","${account}","Account ${where.sub + 1}",${tags}\n`,
    ],
    amounts,
  }
}

/** Credits, taxes and purchases: charged once, for no resource. */
function drawSingle(random: Random, invoice: Invoice, hours: number): { row: Row; hour: number } {
  const service = drawService(random)
  const [region, regionName] = random.pick(regions)
  const category = random.pick(['Credit', 'Tax', 'Tax', 'Purchase'])
  const cents = random.integer(1, 4000)
  const price = (category === 'Credit' ? -cents : cents) / 100
  const usage = { text: `${category} for ${service.name}, invoice ${random.integer(1, 99)}`, unit: 'Units', price, quantity: 1 }
  const where = { zone: '', region, regionName, sub: random.integer(0, 29), resource: '', tags: undefined }
  const hour = category === 'Purchase' ? 0 : random.integer(0, hours - 1)
  return { row: rowOf(random, invoice, { service, usage, category, covered: false }, where), hour }
}

function drawService(random: Random): Service {
  let left = random.next() * 100
  for (const service of services) {
    left -= service.share
    if (left < 0) return service
  }
  return services[0] as Service
}

const accountOf = (sub: number): string => String(200_000_000_000 + sub * 1_234_567)

const sql = (moment: Date): string => moment.toISOString().slice(0, 19).replace('T', ' ')

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** Sixteen letters and digits that stand for a text. */
function skuOf(text: string): string {
  let hash = 7
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0
  const random = new Random(hash)
  return Array.from({ length: 16 }, () => random.pick([...'ABCDEFGHJKMNPQRSTUVWXYZ23456789'])).join('')
}
