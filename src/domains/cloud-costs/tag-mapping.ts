/** Which tags tell the project, the environment and the component of a cost, and how far past costs follow a change of that. */
import { RE2JS } from 're2js'
import type { Schema } from '../../contract/operation.ts'
import type { CostStore } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { seconds } from '../../time.ts'
import { countAttributed, findMapping, insertMapping, lockMapping, type Mapping, type MappingRow, updateMapping } from './queries.ts'

type Body = Schema<'UpdateCloudCostManagementTagMapping'>

const parts = ['project', 'environment', 'component'] as const
const mostKeys = 50
const longestKey = 256
const longestPattern = 500
/** Steps of a pattern, about: each takes its time with each character of every tag key. */
const largestProgram = 300
const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** @throws Invalid with every mistake */
export function readMapping(body: Body): Mapping {
  const problems = parts.flatMap((part) => [
    ...keyProblems(`body.${part}_tags`, body[`${part}_tags`] ?? []),
    ...patternProblems(`body.${part}_regex`, body[`${part}_regex`] ?? ''),
  ])
  if (problems.length > 0) throw invalid('The tag mapping cannot be used', problems.slice(0, 100))
  return {
    project_tags: body.project_tags ?? [],
    project_regex: body.project_regex ?? '',
    environment_tags: body.environment_tags ?? [],
    environment_regex: body.environment_regex ?? '',
    component_tags: body.component_tags ?? [],
    component_regex: body.component_regex ?? '',
  }
}

function keyProblems(path: string, keys: readonly string[]): string[] {
  if (keys.length > mostKeys) return [`${path}: has ${keys.length} keys; ${mostKeys} are enough`]
  return keys.flatMap((key, index) => {
    if (key === '') return [`${path}[${index}]: must not be empty`]
    if (key.length > longestKey) return [`${path}[${index}]: has more than ${longestKey} characters, which no tag key has`]
    if (unstorable.test(key)) return [`${path}[${index}]: has characters that cannot be stored`]
    return keys.indexOf(key) < index ? [`${path}[${index}]: stands there already`] : []
  })
}

function patternProblems(path: string, pattern: string): string[] {
  if (pattern.length > longestPattern) return [`${path}: has more than ${longestPattern} characters`]
  if (unstorable.test(pattern)) return [`${path}: has characters that cannot be stored`]
  if (pattern === '') return []
  try {
    return RE2JS.compile(pattern).programSize() > largestProgram ? [`${path}: repeats too much; use fewer or smaller {…}`] : []
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    const part = /: `([\s\S]*)`$/.exec(said)?.[1]
    const at = part === undefined || part === '' ? -1 : pattern.indexOf(part)
    return [`${path}: is no regular expression (RE2)${at < 0 ? '' : `, from character ${at + 1} on`}: ${said.slice(0, 200)}`]
  }
}

/** The same again changes nothing. Otherwise a job attributes past costs anew, as soon as this is committed. */
export async function saveMapping(tx: OrgTx, mapping: Mapping): Promise<MappingRow> {
  const known = await lockMapping(tx)
  if (known && isSame(known, mapping)) return known
  const saved = known ? await updateMapping(tx, mapping) : await insertMapping(tx, mapping)
  await enqueue(tx, 'costs.attribute', { organizationId: tx.organizationId })
  return saved
}

const isSame = (known: Mapping, mapping: Mapping): boolean =>
  parts.every(
    (part) =>
      known[`${part}_regex`] === mapping[`${part}_regex`] &&
      known[`${part}_tags`].length === mapping[`${part}_tags`].length &&
      known[`${part}_tags`].every((key, index) => key === mapping[`${part}_tags`][index]),
  )

export async function getMapping(tx: OrgTx): Promise<MappingRow> {
  const row = await findMapping(tx)
  if (!row) throw notFound('tag mapping')
  return row
}

export async function viewMapping(store: CostStore, tx: OrgTx, row: MappingRow): Promise<Schema<'CloudCostManagementTagMapping'>> {
  const { generation, problem, created_at, updated_at, ...rest } = row
  const { total, done } = await countAttributed(tx, generation)
  return {
    ...rest,
    all_tags: await store.tagKeys(tx),
    attribution: { months_total: total, months_done: done, done: done === total, ...(problem === '' ? {} : { problem }) },
    created_at: seconds(created_at),
    updated_at: seconds(updated_at),
  }
}
