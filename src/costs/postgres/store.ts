/** Costs in Postgres. */
import type { CostStore } from '../types.ts'
import { addUp } from './add-up.ts'
import { attribute } from './attribute.ts'
import { clear } from './clear.ts'
import { lines } from './lines.ts'
import { activate, openMonth, refuse } from './months.ts'
import { resourceCosts, resourceCounts, resources } from './resources.ts'
import { currencies, sums } from './sums.ts'
import { tagKeys, tags, values } from './values.ts'

export function openPostgresStore(): CostStore {
  return {
    openMonth,
    addUp,
    activate,
    refuse,
    attribute,
    clear,
    sums,
    resourceCounts,
    values,
    tags,
    resources,
    resourceCosts,
    tagKeys,
    currencies,
    lines,
  }
}
