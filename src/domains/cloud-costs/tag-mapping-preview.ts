/** What a tag mapping would find, for who is writing one. */
import { foldedName } from '../../canonical.ts'
import type { Schema } from '../../contract/operation.ts'
import { AttributionTooSlow, openAttribution, type TagRule } from '../../costs/attribution.ts'
import type { CostStore } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import { listCanonicals, type Mapping } from './queries.ts'

const parts = ['project', 'environment', 'component'] as const
const mostPairs = 2000
const mostNames = 200

/** Milliseconds for the regular expressions: nobody else is answered meanwhile, and both these and the keys are a tenant's. */
const longest = 200

export async function previewMapping(store: CostStore, tx: OrgTx, mapping: Mapping): Promise<Schema<'CloudCostTagMappingPreview'>> {
  const pairs = await store.tags(tx, { ...lastMonths(new Date()), filters: {} }, mostPairs)
  const canonicals = await listCanonicals(tx)
  const all = [...new Set([...(await store.tagKeys(tx)), ...pairs.map(({ key }) => key)])].sort()
  const rules = {
    project: { keys: mapping.project_tags, regex: mapping.project_regex },
    environment: { keys: mapping.environment_tags, regex: mapping.environment_regex },
    component: { keys: mapping.component_tags, regex: mapping.component_regex },
  }
  const nameOf = openAttribution({ ...rules, generation: 0 }, longest)
  const findings = patiently(() =>
    parts.map((part) => {
      const keys = keysOf(rules[part], all, (key) => nameOf({ [key]: 'x' })[part] !== '')
      const known = new Set(canonicals[part].map(foldedName))
      const names = new Set<string>()
      for (const { key, value } of pairs) if (keys.includes(key)) names.add(nameOf({ [key]: value })[part])
      names.delete('')
      return [part, { keys, names: [...names].slice(0, mostNames).map((canonical) => ({ canonical, known: known.has(canonical) })) }]
    }),
  )
  return Object.fromEntries(findings) as Schema<'CloudCostTagMappingPreview'>
}

/** @throws Invalid for expressions that take too long */
function patiently<T>(find: () => T): T {
  try {
    return find()
  } catch (error) {
    if (error instanceof AttributionTooSlow)
      throw invalid('The regular expressions take too long: make them simpler, or list the keys', ['body: takes too long'], error)
    throw error
  }
}

/** Listed ones in their order, then those that the expression finds, in the order of the alphabet: as attribution looks for them. */
const keysOf = ({ keys }: TagRule, all: readonly string[], takes: (key: string) => boolean): string[] => [
  ...keys.filter((key) => all.includes(key)),
  ...all.filter((key) => !keys.includes(key) && takes(key)),
]

function lastMonths(now: Date): { begin: string; end: string } {
  const first = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 10)
  return { begin: first(-1), end: first(1) }
}
