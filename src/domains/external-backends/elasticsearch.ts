/** What is particular to logs in Elasticsearch: sources for each environment, with the fields that hold the parts of an entry. */
import { isDeeperThan } from '../json-depth.ts'
import { type Check, isStorable, text, url } from './fields.ts'

const mostSources = 1000
const mostUrls = 20
const deepestFilter = 20
const longestFilter = 16 * 1024

export interface ElasticsearchSource {
  index: string
  mapping: { host: string; message: string; timestamp: string }
  prefilters?: unknown
  urls?: string[]
}

export const checkUrls: Check = (value, path) => {
  if (!Array.isArray(value) || value.length === 0) return [`${path}: must hold at least one URL`]
  if (value.length > mostUrls) return [`${path}: must hold at most ${mostUrls} URLs`]
  return value.flatMap((one: unknown, index) => url(one, `${path}[${index}]`))
}

export const checkSources: Check = (value, path) => {
  if (!isObject(value)) return [`${path}: must name sources for each environment`]
  const sources = Object.entries(value).flatMap(([environment, named]) =>
    isObject(named)
      ? Object.entries(named).map(([name, source]) => ({ name, source, at: `${path}.${shown(environment)}.${shown(name)}` }))
      : [],
  )
  if (sources.length > mostSources) return [`${path}: must name at most ${mostSources} sources`]
  const wrong = Object.entries(value)
    .filter(([, named]) => !isObject(named))
    .map(([environment]) => `${path}.${shown(environment)}: must be sources by their names`)
  const unnamed = [...Object.keys(value), ...sources.map(({ name }) => name)].flatMap((name) => text(255)(name, `${path}, a name of it`))
  return [...wrong, ...unnamed, ...sources.flatMap(({ source, at }) => checkSource(source, at))]
}

/** What was checked, without anything else that stood beside it. */
export function onlySources(value: unknown): Record<string, Record<string, ElasticsearchSource>> {
  const sources = value as Record<string, Record<string, ElasticsearchSource>>
  const only = ({ index, mapping: { host, message, timestamp }, prefilters, urls }: ElasticsearchSource): ElasticsearchSource => ({
    index,
    mapping: { host, message, timestamp },
    ...(prefilters === undefined || prefilters === null ? {} : { prefilters }),
    ...(urls === undefined ? {} : { urls }),
  })
  return mapped(sources, (named) => mapped(named, only))
}

const mapped = <T, R>(object: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))

function checkSource(source: unknown, at: string): string[] {
  if (!isObject(source)) return [`${at}: must be a source`]
  const mapping = source['mapping']
  const fields = isObject(mapping)
    ? ['host', 'message', 'timestamp'].flatMap((name) => text(512)(mapping[name], `${at}.mapping.${name}`))
    : [`${at}.mapping: must say which fields hold host, message and timestamp`]
  return [
    ...checkIndex(source['index'], `${at}.index`),
    ...fields,
    ...(source['urls'] === undefined || (Array.isArray(source['urls']) && source['urls'].length === 0)
      ? []
      : checkUrls(source['urls'], `${at}.urls`)),
    ...checkFilters(source['prefilters'], `${at}.prefilters`),
  ]
}

/** A part of the path of every request: one that leads elsewhere is none. */
function checkIndex(value: unknown, path: string): string[] {
  const isOne = typeof value === 'string' && value.length <= 512 && /^[^\s/\\"?#|]+$/u.test(value) && isStorable(value)
  return isOne && !/^\.{1,2}$/.test(value) ? [] : [`${path}: must be the name of an index, or a pattern such as logs-*`]
}

/** A clause of a query, a list of them, or a text in the language of query strings. */
function checkFilters(value: unknown, path: string): string[] {
  if (value === undefined || value === null || value === '') return []
  const clauses = Array.isArray(value) ? value : [value]
  if (isDeeperThan(clauses, deepestFilter)) return [`${path}: must not be nested deeper than ${deepestFilter} levels`]
  const asText = JSON.stringify(clauses)
  if (asText.length > longestFilter) return [`${path}: must not be longer than ${longestFilter} characters`]
  if (/\\u0000|\\ud[89a-f]/i.test(asText)) return [`${path}: holds a character that cannot be stored`]
  return clauses.every((clause) => isObject(clause) || (typeof clause === 'string' && clause !== ''))
    ? []
    : [`${path}: must be a clause of an Elasticsearch query, a list of them, or a query text`]
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (name: string) => name.slice(0, 100).replace(/[^\w.:-]/g, '?')
