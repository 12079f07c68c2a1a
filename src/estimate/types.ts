/**
 * What a plan costs: pure functions from resources to what is billed of them, and from that and prices to an estimate. Nothing
 * here knows a database; prices are handed in.
 */
import type { Decimal } from 'decimal.js'
import type { JsonMap } from '../formats/json-value.ts'
import type { PlanResource } from '../formats/terraform/plan.ts'

export const hoursPerMonth = 730

export type PricedProvider = 'aws' | 'azurerm' | 'google'

/** Which product is meant. It has to fit exactly one; of several the first by price (not zero), then by SKU, is taken and told. */
export interface ProductSelector {
  provider: PricedProvider
  /** Of the provider's price list: `AmazonEC2`, `Virtual Machines`, `Compute Engine`. */
  service: string
  family?: string
  /** As the provider calls it (`eu-west-1`, `westeurope`, `us-central1`); empty for what costs the same everywhere. */
  region: string
  /**
   * In the provider's own lower camel case: `instanceType`, `operatingSystem`, `usagetype`, `volumeApiName` (AWS); `armSkuName`,
   * `skuName`, `meterName`, `productName` (Azure); `description`, `resourceGroup`, `usageType` (Google). A pattern is a regular
   * expression of ours, never of a tenant.
   */
  attributes: readonly ({ key: string; value: string } | { key: string; pattern: string })[]
}

/** One thing that a resource is billed by. */
export interface BilledPart {
  /** `Compute`, `Storage`, `Requests` */
  label: string
  /** `hour`, `GB-month`, `request`, … in our words, see units.ts. */
  unit: string
  /** How many units: in each hour of 730 a month, or in a month. Exactly one of the two. */
  hourly?: Decimal
  monthly?: Decimal
  /** True: an assumed usage, not something the plan says. */
  usage: boolean
  /** Short texts that qualify it, such as the instance type. */
  details: readonly string[]
  select: ProductSelector
  /** Which rates of the product count: `on_demand` unless said otherwise. */
  purchaseOption?: string
}

/** What a mapper sees beside its resource. */
export interface MapperContext {
  /** Of the provider's configuration, an ARN, a zone or a location; undefined when only apply will tell. */
  region: string | undefined
  /** The resource that an expression of this one refers to (`launch_template.id`), over modules and `for_each`. */
  referred(...path: (string | number)[]): PlanResource | undefined
  /** Resources that refer to this one, of a type. */
  referring(type: string): readonly PlanResource[]
  /** An assumed usage of this resource: the organization's, otherwise the default. Names are keys of usage.ts. */
  usage(name: string): Decimal
  /** The parts of another resource, such as the instances of a group. */
  partsOf(resource: PlanResource): readonly BilledPart[]
}

/**
 * Pure: knows neither prices nor the database.
 * @returns what is billed; none for a resource that costs nothing as it is configured
 * @throws UnknownUntilApply naming the attribute, when a price depends on what only apply will tell
 */
export type Mapper = (resource: PlanResource, context: MapperContext) => readonly BilledPart[]

export class UnknownUntilApply extends Error {
  readonly attribute: string
  constructor(attribute: string) {
    super(`${attribute} is known only after apply`)
    this.name = 'UnknownUntilApply'
    this.attribute = attribute
  }
}

/** By Terraform type. `free`: types that cost nothing by themselves. */
export interface MapperSet {
  mappers: Readonly<Record<string, Mapper>>
  free: ReadonlySet<string>
}

/** Units bought from `from` on (up to `to`, without end if null) cost this much each, in the unit of the part. */
export interface Rate {
  from: Decimal
  to: Decimal | null
  price: Decimal
}

export interface FoundPrice {
  sku: string
  currency: string
  /** Of the rates: in our words; a part that asks in another unit is not priced. */
  unit: string
  rates: readonly Rate[]
  /** Texts that a reader of the estimate should see: an override's note, a tie that was broken, the day of the prices. */
  notes: readonly string[]
}

/** Prices of many parts at once, in their order; undefined where no product fits. Overrides of the organization are in them. */
export type PriceSource = (asked: readonly { select: ProductSelector; purchaseOption: string }[]) => Promise<(FoundPrice | undefined)[]>

/** Type → usage name → decimal text. */
export type UsageSettings = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface PriceOverride {
  match: { provider: PricedProvider; service?: string; family?: string; region?: string; attributes?: Readonly<Record<string, string>> }
  kind: 'percent' | 'absolute'
  value: string
  note?: string
}

/** A resource of a form or drawing that has no plan: its type and values, as far as they are known. */
export interface SketchedResource {
  address: string
  provider: string
  type: string
  values: JsonMap
  unknown: JsonMap
}
