/** Every question that the cost pages ask, over HTTP, one after the other. */

export interface Reading {
  readonly name: string
  readonly path: string
}

export interface Measured extends Reading {
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
  /** The status, where it was not 200. */
  readonly failed: number | undefined
}

interface Asked {
  readonly linkedAccount: string
  readonly masterAccount: string
  /** The value of a tag that hardly two resources share. */
  readonly name: string
}

/** Milliseconds for one question. */
const longest = 12_000

const month = 'begin=2026-07-01&end=2026-08-01&currency=USD'

export function readings({ linkedAccount, masterAccount, name }: Asked): Reading[] {
  const provider = (rest: string) => `/providers/aws?${month}&${rest}`
  const grouped = (...keys: string[]) => keys.map((key) => `group_by=${key}`).join('&')
  const filtered = (filter: string) => provider(`granularity=day&${filter}&group_by=service`)
  return [
    ...['day', 'week', 'month'].map((step) => ({ name: `dashboard by ${step}`, path: `?${month}&granularity=${step}` })),
    { name: 'dashboard, effective', path: `?${month}&granularity=day&cost_type=effective` },
    { name: 'dashboard of a part of the month', path: '?begin=2026-07-03&end=2026-07-24&currency=USD&granularity=day' },
    { name: 'projects by day', path: `/projects?${month}&granularity=day` },
    { name: 'providers by day', path: `/providers?${month}&granularity=day` },
    ...['day', 'week', 'month'].map((step) => ({ name: `provider by ${step}`, path: provider(`granularity=${step}`) })),
    ...[['service'], ['location', 'service'], ['project', 'environment'], ['instance_type', 'category', 'record_type']].map((keys) => ({
      name: `provider by day, ${keys.join(', ')}`,
      path: provider(`granularity=day&${grouped(...keys)}`),
    })),
    ...[
      ['linked_account', 'service', 'location'],
      ['environment', 'service', 'location', 'linked_account', 'project'],
    ].map((keys) => ({ name: `provider by month, ${keys.join(', ')}`, path: provider(`granularity=month&${grouped(...keys)}`) })),
    ...[
      ['of a linked account', `linked_accounts=${linkedAccount}`],
      ['of the master account', `master_accounts=${masterAccount}`],
      ['of a service', 'services=Amazon%20Simple%20Storage%20Service'],
      ['of a category', 'categories=storage'],
      ['of a region', 'regions=eu-west-1'],
      ['of a project', 'projects=app-07'],
      ['of an environment', 'environments=prod'],
      ['of credits', 'record_types=credit'],
      ['of what is tagged', 'resource_tagging=tagged_resources'],
      ['of what is not tagged', 'resource_tagging=untagged_resources'],
      ['of a tag', `tags=${encodeURIComponent('application;app-03')}`],
      ['of a tag with many values', `tags=${encodeURIComponent(`Name;${name}`)}`],
      ['of both tags', `tags=${encodeURIComponent('application;app-03')}&tags=${encodeURIComponent(`Name;${name}`)}`],
    ].map(([what, filter]) => ({ name: `provider ${what}`, path: filtered(filter ?? '') })),
    { name: 'provider with filter values', path: `/aws?${month}&granularity=day&${grouped('service')}` },
    { name: 'filter values', path: '/filter_values?begin=2026-07-01&end=2026-08-01' },
    { name: 'filter values of a project', path: '/filter_values?begin=2026-07-01&end=2026-08-01&projects=app-07' },
    { name: 'tag keys', path: '/tags' },
  ]
}

export async function measure(reading: Reading, base: string, key: string, times: number): Promise<Measured> {
  const taken: number[] = []
  const begun = performance.now()
  // The first ones are of a server that was just started. What takes long is asked less often.
  for (let turn = -2; turn < times && (turn < 5 || performance.now() - begun < longest); turn++) {
    const started = performance.now()
    const response = await fetch(base + reading.path, { headers: { authorization: `Bearer ${key}` } })
    await response.arrayBuffer()
    if (response.status !== 200) return { ...reading, p50: Number.NaN, p95: Number.NaN, failed: response.status }
    if (turn >= 0) taken.push(performance.now() - started)
  }
  taken.sort((a, b) => a - b)
  const at = (part: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * part))] ?? Number.NaN
  return { ...reading, p50: at(0.5), p95: at(0.95), failed: undefined }
}
