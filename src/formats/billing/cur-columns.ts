/** Columns of CUR, which has them under two kinds of names, and only those that some line of the month fills. */
import { type OpenOptions, TableError } from './adapter.ts'

export interface CurColumns {
  /** By the name in CUR 1.0; -1 where there is none. */
  at(name: string): number
  /** How this file calls the column. */
  shown(name: string): string
  /** Tags that are columns. */
  readonly tags: readonly { name: string; column: number }[]
  /** `resource_tags` of 2.0, JSON. */
  readonly tagMap: { column: number; shown: string } | undefined
}

/** @throws TableError one of the few that a line makes no sense without is missing */
export function curColumns(header: readonly string[], options: OpenOptions): CurColumns {
  const positions = new Map<string, number>()
  const tags: { name: string; column: number }[] = []
  header.forEach((raw, column) => {
    const name = raw.trim()
    const tag = /^resourceTags\/(.+)$/i.exec(name)?.[1] ?? /^resource_tags_(.+)$/i.exec(name)?.[1]
    if (tag !== undefined) tags.push({ name: tagName(tag), column })
    else if (!positions.has(plainName(name))) positions.set(plainName(name), column)
  })
  const snake = !header.some((name) => name.includes('/'))
  const at = (name: string) => positions.get(plainName(name)) ?? -1
  const shown = (name: string) => {
    const column = at(name)
    return column >= 0 ? (header[column] ?? '').trim() : snake ? snakeName(name) : name
  }
  const missing = [...required, ...(options.period ? [] : ['bill/BillingPeriodStartDate'])].filter((name) => at(name) < 0).map(shown)
  if (missing.length > 0) {
    throw new TableError(
      `${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')} of AWS CUR ${missing.length === 1 ? 'is' : 'are'} missing`,
    )
  }
  const tagMap = at('resource/Tags')
  return { at, shown, tags, tagMap: tagMap < 0 ? undefined : { column: tagMap, shown: 'resource_tags' } }
}

const required = [
  'lineItem/LineItemType',
  'lineItem/UsageStartDate',
  'lineItem/UnblendedCost',
  'lineItem/CurrencyCode',
  'lineItem/ProductCode',
  'lineItem/UsageAccountId',
]

/** People's own tags without the mark that says so; those of AWS keep theirs. */
export function tagName(name: string): string {
  return name.replace(/^user[:_]/, '')
}

/** `lineItem/UsageAccountId`, `line_item_usage_account_id`, and `savings_plan_savings_plan_a_r_n`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '')
}

function snakeName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace('/', '_')
    .toLowerCase()
}
