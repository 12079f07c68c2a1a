/** Reads the query string once: plain parameters for the validator, bracket filters for the lists that know them. */
import type { Filter } from '../db/filter.ts'
import { invalid } from '../errors.ts'

export interface Query {
  plain: Record<string, string | string[]>
  filters: Filter[]
}

const bracket = /^([^[\]]+(?:\[\d+\][^[\]]*)*)\[(\w+)\]$/

/**
 * A plus sign is a space in plain parameters, as forms have it, and a plus sign in the value of a bracket filter, as the
 * clients that send those have it.
 */
export function readQuery(text: string): Query {
  const query: Query = { plain: Object.create(null) as Query['plain'], filters: [] }
  if (text === '') return query
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : pair.slice(equals + 1)
    const [, attribute, condition] = bracket.exec(name) ?? []
    if (attribute !== undefined && condition !== undefined) {
      query.filters.push({ attribute, condition, value: decode(value) })
      continue
    }
    const plain = decode(value.replaceAll('+', ' '))
    const before = query.plain[name]
    query.plain[name] = before === undefined ? plain : [...(Array.isArray(before) ? before : [before]), plain]
  }
  return query
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('The query string is not valid percent-encoding', ['query: a % must be followed by two hexadecimal digits of UTF-8'])
  }
}
