/** What an organization pays other than list prices, and how much it assumes of what is billed by usage. */
import { Decimal } from 'decimal.js'
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import type { PriceOverride, UsageSettings } from '../../estimate/types.ts'
import { usageDefaults } from '../../estimate/usage.ts'

type Settings = Schema<'CostEstimationSettings'>

/** As they were stored; nothing of it is trusted less than what we wrote. */
export function settingsOf(row: { overrides: unknown; usage: unknown } | undefined): { overrides: PriceOverride[]; usage: UsageSettings } {
  return { overrides: (row?.overrides ?? []) as PriceOverride[], usage: (row?.usage ?? {}) as UsageSettings }
}

export const viewSettings = (row: { overrides: unknown; usage: unknown } | undefined): Settings => settingsOf(row) as Settings

/** @throws Invalid with every mistake */
export function checkSettings({ overrides = [], usage = {} }: Settings): { overrides: string; usage: string } {
  const problems = [
    ...overrides.flatMap((override, index) => overrideProblems(override, `body.overrides[${index}]`)),
    ...Object.entries(usage).flatMap(([type, names]) => usageProblems(type, names)),
  ]
  if (Object.keys(usage).length > mostTypes) problems.push(`body.usage: has more than ${mostTypes} types`)
  if (problems.length > 0)
    throw invalid(
      problems.length === 1 ? 'The settings have a mistake' : `The settings have ${problems.length} mistakes`,
      problems.slice(0, mostTold),
    )
  return { overrides: JSON.stringify(overrides), usage: JSON.stringify(usage) }
}

const mostTypes = 500
const mostTold = 500
const mostAttributes = 20

function overrideProblems({ kind, value, match, note = '' }: NonNullable<Settings['overrides']>[number], path: string): string[] {
  const problems: string[] = []
  const number = decimalOf(value)
  if (!number) problems.push(`${path}.value: ${shown(value)} is no decimal number; write it like -10 or 0.0416`)
  else if (kind === 'percent' && (number.lt(-100) || number.gt(1000)))
    problems.push(`${path}.value: a share must be between -100 and 1000 percent`)
  else if (kind === 'absolute' && (number.isNegative() || number.gt(1e9)))
    problems.push(`${path}.value: a price must be between 0 and 1000000000`)
  const attributes = Object.entries(match.attributes ?? {})
  if (attributes.length > mostAttributes) problems.push(`${path}.match.attributes: more than ${mostAttributes} attributes`)
  const texts = [note, match.service ?? '', match.family ?? '', match.region ?? '', ...attributes.flat()]
  if (texts.some((text) => unstorable.test(text))) problems.push(`${path}: a text has characters that cannot be stored`)
  if (attributes.some(([key]) => key.length > 200)) problems.push(`${path}.match.attributes: a name has more than 200 characters`)
  return problems
}

function usageProblems(type: string, names: Readonly<Record<string, string>>): string[] {
  const path = `body.usage.${shown(type)}`
  const known = Object.hasOwn(usageDefaults, type) ? usageDefaults[type] : undefined
  if (!known) {
    const like = nearest(type, Object.keys(usageDefaults))
    return [`${path}: nothing of this type is billed by usage here${like ? `; did you mean ${like}?` : ''}`]
  }
  return Object.entries(names).flatMap(([name, value]) => {
    if (!Object.hasOwn(known, name)) return [`${path}.${shown(name)}: is no usage of ${type}; it has ${Object.keys(known).join(', ')}`]
    const number = decimalOf(value)
    if (!number) return [`${path}.${name}: ${shown(value)} is no decimal number; write it like 100 or 0.5`]
    return number.isNegative() || number.gt(1e15) ? [`${path}.${name}: must be between 0 and 1000000000000000`] : []
  })
}

/** Control characters that Postgres cannot hold, and halves of characters. */
const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const decimalOf = (text: string): Decimal | undefined => (/^-?\d{1,20}(\.\d{1,20})?$/.test(text) ? new Decimal(text) : undefined)

/** Of a stranger: as much as a message bears. */
const shown = (text: string): string => JSON.stringify(text.slice(0, 60)).slice(1, -1)

/** The one with the longest common beginning, if that says anything. */
function nearest(text: string, known: readonly string[]): string | undefined {
  const common = (other: string) => [...other].findIndex((character, index) => character !== text[index])
  const score = (other: string) => (text.startsWith(other) ? other.length : common(other))
  const [best] = known.toSorted((a, b) => score(b) - score(a))
  return best && score(best) >= 6 ? best : undefined
}
