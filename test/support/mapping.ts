/** Mappers of resources without a plan around them: what they see is made by hand, what they say is one line for each part. */
import type { Decimal } from 'decimal.js'
import type { BilledPart, MapperContext, MapperSet, UsageSettings } from '../../src/estimate/types.ts'
import type { JsonMap } from '../../src/formats/json-value.ts'
import type { PlanResource } from '../../src/formats/terraform/plan.ts'

export interface Surroundings {
  region?: string
  unknown?: JsonMap
  /** By the path of the attribute that refers to it, joined by dots: type and values. */
  refers?: Record<string, [type: string, values: JsonMap]>
  /** Types of resources that refer to this one, with their values. */
  referredBy?: Record<string, JsonMap[]>
  usage?: Record<string, string>
}

export const resource = (type: string, values: JsonMap, unknown: JsonMap = {}): PlanResource => ({
  address: `${type}.it`,
  module: '',
  provider: type.split('_')[0] ?? '',
  type,
  name: 'it',
  index: null,
  values,
  unknown,
})

/** @param number makes the decimals, so that nothing here depends on how they are written down */
export function billed(set: MapperSet, defaults: UsageSettings, number: (text: string) => Decimal) {
  const mapped = (type: string, values: JsonMap, around: Surroundings = {}): readonly BilledPart[] => {
    const mapper = set.mappers[type]
    if (!mapper) throw new Error(`${type} has no mapper`)
    const context: MapperContext = {
      region: around.region,
      referred: (...path) => {
        const found = around.refers?.[path.join('.')]
        return found && resource(...found)
      },
      referring: (other) => (around.referredBy?.[other] ?? []).map((found) => resource(other, found)),
      usage: (name) => {
        const text = around.usage?.[name] ?? defaults[type]?.[name]
        if (text === undefined) throw new Error(`${type} asks for the usage ${name}, which has no default`)
        return number(text)
      },
      partsOf: (other) => set.mappers[other.type]?.(other, context) ?? [],
    }
    return mapper(resource(type, values, around.unknown), context)
  }
  return { mapped, lines: (...asked: Parameters<typeof mapped>) => mapped(...asked).map(line) }
}

/** `Compute: 1 hour, Virtual Machines @westeurope [armSkuName=Standard_B1s]` */
export function line({ label, unit, hourly, monthly, usage, select, purchaseOption }: BilledPart): string {
  const wanted = select.attributes.map((one) => ('value' in one ? `${one.key}=${one.value}` : `${one.key}~${one.pattern}`)).join(', ')
  const amount = hourly === undefined ? `${monthly?.toDP(6)} ${unit} a month` : `${hourly.toDP(6)} ${unit} an hour`
  const marks = [usage ? 'assumed' : '', purchaseOption ?? ''].filter((mark) => mark !== '')
  return `${label}: ${amount} of ${select.service} @${select.region} [${wanted}]${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`
}
