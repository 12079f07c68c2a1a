/** What is true of budgets. Every function works in the transaction it is handed. */
import { Decimal } from 'decimal.js'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { callerOf, ownerAfter } from '../ownership.ts'
import { resolveOwner } from '../people.ts'
import * as queries from './queries.ts'
import { dayOf, spanOf } from './spans.ts'

type Body = Schema<'NewCostBudget'>
type Context = Pick<OrganizationContext, 'actor' | 'access'>

const mostBudgets = 200
/** Above it nobody means it; the digits after the point are those that any currency may need. */
const mostAmount = new Decimal('1e15')
const mostDigits = 6
const longestValue = 1024

export async function getBudget(tx: OrgTx, canonical: string): Promise<queries.BudgetRow> {
  const budget = await queries.findBudget(tx, canonical)
  if (!budget) throw notFound(`budget ${canonical}`)
  return budget
}

export async function createBudget(tx: OrgTx, context: Context, canonical: string, body: Body): Promise<queries.BudgetRow> {
  if ((await queries.countInTurn(tx)) >= mostBudgets)
    throw invalid(`An organization has at most ${mostBudgets} budgets: remove one before adding another`)
  const caller = callerOf(context.actor)
  const owner_id = body.owner ? await resolveOwner(tx, body.owner, caller) : (caller?.id ?? null)
  await queries.insertBudget(tx, { canonical, ...(await rowOf(tx, body)), owner_id })
  return getBudget(tx, canonical)
}

/** The canonical stays; so does the owner, unless another one is named. */
export async function updateBudget(tx: OrgTx, context: Context, canonical: string, body: Body): Promise<queries.BudgetRow> {
  const before = await queries.lockBudget(tx, canonical)
  if (!before) throw notFound(`budget ${canonical}`)
  if (body.canonical !== undefined && body.canonical !== canonical)
    throw invalid('The canonical of a budget cannot be changed: it is in its URL', [`body.canonical: must be ${canonical}`])
  const row = await rowOf(tx, body)
  const owner_id = await ownerAfter(tx, context, `the budget ${canonical}`, body.owner, before.owner_id)
  await queries.updateBudget(tx, before.id, { ...row, owner_id, updated_at: new Date() })
  // 80 % of what other projects cost, or of a year, is another threshold. That of another amount is one by itself.
  const isAboutSomethingElse =
    before.currency !== row.currency || before.span !== row.span || JSON.stringify(sorted(before.filters)) !== row.filters
  if (isAboutSomethingElse) await queries.forgetAlerts(tx, before.id, spanOf(row.span, dayOf(new Date())).begin)
  return getBudget(tx, canonical)
}

export async function removeBudget(tx: OrgTx, canonical: string): Promise<void> {
  const { numDeletedRows } = await queries.deleteBudget(tx, canonical)
  if (numDeletedRows === 0n) throw notFound(`budget ${canonical}`)
}

async function rowOf(tx: OrgTx, body: Body) {
  const problems = [...nameProblems(body.name), ...amountProblems(body.amount), ...filterProblems(body.filters ?? {})]
  if (problems.length > 0) throw invalid('The budget cannot be meant like this', problems)
  const thresholds = new Map(body.thresholds.map(({ percent, of }) => [`${of} ${percent}`, { percent, of }]))
  return {
    name: body.name,
    amount: new Decimal(body.amount).toFixed(),
    currency: body.currency,
    span: body.span,
    filters: JSON.stringify(sorted(body.filters ?? {})),
    thresholds: JSON.stringify([...thresholds.values()].sort((a, b) => a.percent - b.percent || (a.of < b.of ? -1 : 1))),
    recipients: await recipientsOf(tx, body.recipients ?? []),
    enabled: body.enabled ?? true,
  }
}

/** Mails go to members alone: whoever may make budgets could write to anybody otherwise. @throws Invalid naming each other address */
async function recipientsOf(tx: OrgTx, asked: readonly string[]): Promise<string[]> {
  if (asked.length === 0) return []
  const members = await queries.listMembersAt(tx, asked)
  const known = new Map(members.map(({ email }) => [email.toLowerCase(), email]))
  const strangers = asked.filter((email) => !known.has(email.toLowerCase()))
  if (strangers.length > 0)
    throw invalid(
      'A budget is told to members of the organization alone: invite the others first',
      strangers.map((email) => `body.recipients: ${email} is not the address of a member`),
    )
  return [...new Set(known.values())]
}

const nameProblems = (name: string) => (name.trim() === '' ? ['body.name: must not be empty'] : [])

function amountProblems(text: string): string[] {
  const amount = new Decimal(text)
  if (amount.lte(0)) return ['body.amount: must be above 0']
  if (amount.gt(mostAmount)) return [`body.amount: must be at most ${mostAmount.toFixed()}`]
  return amount.decimalPlaces() > mostDigits ? [`body.amount: must have at most ${mostDigits} digits after the point`] : []
}

/** Postgres keeps neither NUL nor half a pair of surrogates, and no bill has them. */
const unkeepable = /\0|\p{Surrogate}/u

function filterProblems(filters: queries.BudgetFilters): string[] {
  return Object.entries(filters).flatMap(([name, values = []]) =>
    values.flatMap((value) => {
      if (value.length > longestValue) return [`body.filters.${name}: a value has at most ${longestValue} characters`]
      if (unkeepable.test(value)) return [`body.filters.${name}: a value holds a character that no text may hold`]
      return name === 'tags' && !/^[^;]+;/.test(value) ? [`body.filters.tags: "${value}" must be written key;value`] : []
    }),
  )
}

/** Lists without values keep nothing away, and are no filters. */
function sorted(filters: queries.BudgetFilters): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(filters)
      .flatMap(([name, values]): [string, string[]][] => (values && values.length > 0 ? [[name, [...new Set(values)].sort()]] : []))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
