import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { invalid } from '../errors.ts'

/** `name[condition]=value` of the query string, as newer clients send it. */
export interface Filter {
  attribute: string
  condition: string
  value: string
}

/** Longer expressions are refused: Postgres gives up a statement after its timeout, but a short one cannot get there. */
const longestExpression = 200
/**
 * What makes Postgres go back and forth in a text, so that even a short expression would hold a connection until the timeout:
 * `\1` to `\9`, and looking ahead or behind. Without them a text is read once.
 */
const backtracking = /\\[1-9]|\(\?<?[=!]/
const mostFilters = 20

/** What an attribute is compared as. */
export interface Compared {
  text: RawBuilder<unknown>
  /** For `gt` and `lt` with a number: null where there is none. */
  number?: RawBuilder<unknown>
}

const isNumber = (text: string): boolean => /^-?\d{1,30}(?:\.\d{1,30})?$/.test(text)

/**
 * Narrows a list by bracket filters, all of which must hold. `columns` maps the attributes this list knows to SQL columns; `other`
 * knows those that have no name of their own.
 * @throws Invalid naming the attributes or conditions there are.
 */
export function applyFilters<D, T extends keyof D, R>(
  query: SelectQueryBuilder<D, T, R>,
  filters: readonly Filter[],
  columns: Readonly<Record<string, string | RawBuilder<unknown>>>,
  other: (attribute: string) => Compared | undefined = () => undefined,
): SelectQueryBuilder<D, T, R> {
  if (filters.length > mostFilters) throw invalid('There are too many filters', [`query: must hold at most ${mostFilters} filters`])
  let narrowed = query
  for (const { attribute, condition, value } of filters) {
    const column = Object.hasOwn(columns, attribute) ? columns[attribute] : undefined
    const compared = column === undefined ? other(attribute) : { text: typeof column === 'string' ? sql.ref(column) : column }
    if (compared === undefined)
      throw invalid(`This list cannot be filtered by "${attribute}"`, [
        `query.${attribute}[${condition}]: must be one of ${Object.keys(columns).join(', ') || 'none'}`,
      ])
    const left = sql`(${compared.text})::text`
    const number = isNumber(value) ? compared.number : undefined
    switch (condition) {
      case 'eq':
        narrowed = narrowed.where(sql<boolean>`${left} = ${value}`)
        break
      case 'neq':
        narrowed = narrowed.where(sql<boolean>`${left} is distinct from ${value}`)
        break
      case 'gt':
        narrowed = narrowed.where(number ? sql<boolean>`${number} > ${value}::numeric` : sql<boolean>`${left} > ${value}`)
        break
      case 'lt':
        narrowed = narrowed.where(number ? sql<boolean>`${number} < ${value}::numeric` : sql<boolean>`${left} < ${value}`)
        break
      case 'rlike':
        if (value.length > longestExpression)
          throw invalid('The regular expression is too long', [
            `query.${attribute}[rlike]: must have at most ${longestExpression} characters`,
          ])
        if (backtracking.test(value))
          throw invalid('The regular expression is too costly', [
            `query.${attribute}[rlike]: must hold no back references (\\1) and no lookaround (?=`,
          ])
        narrowed = narrowed.where(sql<boolean>`${left} ~ ${value}`)
        break
      default:
        throw invalid(`There is no condition "${condition}"`, [
          `query.${attribute}[${condition}]: the condition must be one of eq, neq, gt, lt, rlike`,
        ])
    }
  }
  return narrowed
}
