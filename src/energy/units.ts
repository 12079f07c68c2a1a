/** Units as bills name them, reduced to the few that energy is estimated from. */

export type Measure = 'hour' | 'vcpu_hour' | 'gb_hour' | 'gb_month' | 'gb' | 'lambda_gb_second' | 'acu_hour' | 'function_second'

export interface Unit {
  readonly measure: Measure
  /** How many of the measure are one of the unit: a `100 Hours` is 100 hours. */
  readonly amount: number
}

const gibibyte = 2 ** 30 / 1e9

const known: Readonly<Record<string, Unit>> = {
  ...each('hour', 1, ['h', 'hr', 'hrs', 'hour', 'hours', 'instancehours', 'instancehour', 'computehours', 'units/hour']),
  ...each('hour', 1 / 60, ['minute', 'minutes']),
  ...each('hour', 1 / 3600, ['s', 'second', 'seconds']),
  ...each('hour', 24, ['day', 'days', '/day']),
  ...each('hour', 730, ['month', 'months', '/month', 'units/month']),
  ...each('vcpu_hour', 1, ['vcpuhours', 'vcpuhour', 'vcpuhrs', 'vcpuhr', 'corehours', 'corehour', 'vcorehours', 'vcpus/hour']),
  // One is two hardware threads.
  ...each('vcpu_hour', 2, ['ocpuhours', 'ocpuhour', 'ocpuperhour']),
  ...each('vcpu_hour', 1 / 3600, ['vcpuseconds', 'vcpusecond', 'coreseconds']),
  ...each('gb_month', 1, ['gbmo', 'gbmonth', 'gbmonths', 'gb/month', 'gbmp', 'gigabytemonth', 'gigabytemonths', 'gbpermonth']),
  ...each('gb_month', gibibyte, ['gibmonth', 'gibmonths', 'gib/month', 'gibibytemonth', 'gibibytemonths']),
  ...each('gb_month', 1000, ['tbmonth', 'tbmonths', 'tb/month', 'terabytemonth']),
  ...each('gb_month', 1000 * 1.099511627776, ['tibmonth', 'tebibytemonth']),
  ...each('gb_hour', 1, ['gbhours', 'gbhour', 'gbhrs', 'gbhr', 'gb/hour', 'gigabytehours', 'gigabytehour', 'gigabyteperhour']),
  ...each('gb_hour', gibibyte, ['gibhours', 'gibhour', 'gibibytehour', 'gibibytehours']),
  ...each('gb_hour', gibibyte / 3600, ['gibseconds', 'gibsecond', 'gibibytesecond', 'gibibyteseconds']),
  ...each('gb_hour', 1 / 1e9 / 3600, ['byteseconds', 'bytesecond']),
  ...each('gb_hour', 1 / 1e9, ['bytehrs', 'bytehours']),
  ...each('gb', 1, ['gb', 'gigabyte', 'gigabytes']),
  ...each('gb', gibibyte, ['gib', 'gibibyte', 'gibibytes']),
  ...each('gb', 1000, ['tb', 'terabyte', 'terabytes']),
  ...each('gb', 1000 * 1.099511627776, ['tib', 'tebibyte', 'tebibytes']),
  ...each('gb', 0.001, ['mb', 'megabyte', 'megabytes']),
  ...each('gb', 1e-9, ['byte', 'bytes']),
  ...each('lambda_gb_second', 1, ['lambdagbsecond', 'lambdagbseconds', 'gbseconds', 'gbsecond']),
  ...each('acu_hour', 1, ['acuhr', 'acuhrs', 'acuhour', 'acuhours']),
}

function each(measure: Measure, amount: number, names: readonly string[]): Record<string, Unit> {
  return Object.fromEntries(names.map((name) => [name, { measure, amount }]))
}

/** `100 Hours`, `GB-Mo`, `gibibyte month`. Undefined for units that say nothing about machines, such as `Requests`. */
export function unitOf(name: string): Unit | undefined {
  if (name.length > 60) return undefined
  const [, count = '', rest = ''] = /^\s*(?:(\d[\d,]{0,12}(?:\.\d{1,6})?)\s*)?(.*)$/su.exec(name) ?? []
  const key = rest.toLowerCase().replace(/[\s_-]/gu, '')
  const unit = Object.hasOwn(known, key) ? known[key] : undefined
  if (!unit || count === '') return unit
  const many = Number(count.replaceAll(',', ''))
  return many > 0 ? { measure: unit.measure, amount: unit.amount * many } : undefined
}
