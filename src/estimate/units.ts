/**
 * The units that parts and prices meet in. Every provider has its own words for them ("Hrs", "hours", "1 Hour"), and prices of many
 * at once ("10K", "1M"): those become one of ours and how many of ours one of theirs is.
 */

export interface NormalisedUnit {
  unit: string
  /** Decimal: how many of our units one of theirs is. A price has to be divided by it. */
  quantity: string
}

/**
 * Ours: `hour`, `month`, `day`, `GB`, `GB-hour`, `GB-month`, `GB-second`, `IOPS-month`, `MiBps-month`, `vCPU-hour`, `vCPU-second`,
 * `vCPU-month`, `ACU-hour`, `LCU-hour`, `request`, `count`, …. What is not known is itself, in lower case, so that equal words meet.
 */
export function normaliseUnit(text: string): NormalisedUnit {
  const cleaned = text.trim().replace(/\s+/g, ' ').toLowerCase()
  const known = words.get(cleaned)
  if (known) return known
  const [, amount, scale, rest = ''] = /^(\d[\d,]*(?:\.\d+)?) ?(?:(k|m|million|thousand)(?![a-z]))? ?(.*)$/.exec(cleaned) ?? []
  if (amount === undefined) return { unit: cleaned, quantity: '1' }
  const factor = scaled(amount.replaceAll(',', ''), scale)
  const inner = rest.trim() === '' ? { unit: 'request', quantity: '1' } : (words.get(rest.trim()) ?? { unit: rest.trim(), quantity: '1' })
  return { unit: inner.unit, quantity: times(factor, inner.quantity) }
}

/** Factors are powers of ten and of two, so their digits can be counted without rounding. */
function scaled(amount: string, scale: string | undefined): string {
  if (scale === undefined) return plain(amount)
  return times(plain(amount), scale === 'k' || scale === 'thousand' ? '1000' : '1000000')
}

const plain = (amount: string): string => {
  const [whole = '0', part = ''] = amount.split('.')
  const tail = part.replace(/0+$/, '')
  const head = whole.replace(/^0+(?=\d)/, '')
  return tail === '' ? head : `${head}.${tail}`
}

function times(one: string, other: string): string {
  const places = (one.split('.')[1]?.length ?? 0) + (other.split('.')[1]?.length ?? 0)
  const digits = (BigInt(one.replace('.', '')) * BigInt(other.replace('.', ''))).toString().padStart(places + 1, '0')
  return plain(places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`)
}

const one = (unit: string): NormalisedUnit => ({ unit, quantity: '1' })

/** By what feeds write, in lower case. */
const words: ReadonlyMap<string, NormalisedUnit> = new Map([
  ...['gibps-mo', 'gibps-month'].map((text): [string, NormalisedUnit] => [text, { unit: 'MiBps-month', quantity: '1024' }]),
  ...['mb', 'mib'].map((text): [string, NormalisedUnit] => [text, { unit: 'GB', quantity: '0.0009765625' }]),
  ...['tb', 'tib', 'tiby'].map((text): [string, NormalisedUnit] => [text, { unit: 'GB', quantity: '1024' }]),
  ...['tib/month', 'tb/month', 'tb-mo'].map((text): [string, NormalisedUnit] => [text, { unit: 'GB-month', quantity: '1024' }]),
  ...Object.entries({
    hour: [
      'h',
      'hr',
      'hrs',
      'hour',
      'hours',
      '1/hour',
      '/hour',
      'hours of usage',
      'instance-hours',
      'endpoint-hrs',
      'readcapacityunit-hrs',
      'writecapacityunit-hrs',
      'vpcendpoint-hours',
    ],
    month: ['mo', 'month', 'months', '/month', '1/month', 'hostedzone', 'secrets', 'secret', 'keys', 'key', 'firewall-month', 'dashboards'],
    day: ['d', 'day', 'days', '1/day', '/day'],
    second: ['s', 'second', 'seconds', 'sec'],
    GB: ['gb', 'gib', 'gigabyte', 'gigabytes', 'giby', 'gby', 'gb data transfer', 'gb-processed'],
    'GB-month': ['gb-mo', 'gb-month', 'gb-months', 'gb month', 'gb/month', 'gib-mo', 'gib/month', 'giby.mo', 'gby.mo', 'gb per month'],
    'GB-hour': ['gb-hr', 'gb-hrs', 'gb-hour', 'gb-hours', 'gb hour', 'gb hours', 'gb/hour', 'gib/hour', 'giby.h', 'gib hour'],
    'GB-second': ['gb-second', 'gb-seconds', 'lambda-gb-second', 'gb-sec', 'gb second', 'gb seconds', 'giby.s', 'gib second'],
    'IOPS-month': ['iops-mo', 'iops-month', 'iops-months', 'iops/month', 'piops-mo'],
    'IOPS-hour': ['iops-hr', 'iops-hrs', 'iops/hour'],
    'MiBps-month': ['mibps-mo', 'mibps-month', 'mbps-mo', 'mbps-month', 'mib/s-month', 'mib/s/month'],
    'MiBps-hour': ['mbps/hour', 'mibps/hour', 'mibps-hrs'],
    'vCPU-hour': ['vcpu-hour', 'vcpu-hours', 'vcpu-hrs', 'vcpu hour', 'vcpu hours', 'vcpu/hour'],
    'vCPU-second': ['vcpu-second', 'vcpu-seconds', 'vcpu second', 'vcpu seconds'],
    'vCPU-month': ['vcpu-months', 'vcpu-month'],
    'ACU-hour': ['acu-hr', 'acu-hrs', 'acu-hour', 'acu-hours'],
    'ACU-month': ['acu-months', 'acu-month'],
    'LCU-hour': ['lcu-hrs', 'lcu-hr', 'lcu-hour', 'lcu-hours'],
    'shard-hour': ['shardhour', 'shard-hour', 'shard-hours', 'streamhour', 'streamhours'],
    request: ['request', 'requests', 'api requests', 'api calls', 'api call', 'count', 'quantity', 'api-calls', 'notifications', 'queries'],
    IO: ['ios', 'io', 'i/o', 'iorequests'],
    metric: ['metrics', 'metric'],
    alarm: ['alarms', 'alarm'],
    RRU: ['readrequestunits', 'rru'],
    WRU: ['writerequestunits', 'wru'],
    'CR-hour': ['cr-hr', 'cr-hrs'],
    DTU: ['dtu', 'dtus'],
    RU: ['ru', 'rus'],
    object: ['objects', 'object'],
    'NCU-hour': ['ncu-hrs', 'ncu'],
  }).flatMap(([unit, texts]) => [unit.toLowerCase(), ...texts].map((text): [string, NormalisedUnit] => [text, one(unit)])),
])
