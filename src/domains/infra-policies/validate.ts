/** A plan against the policies of the organization. Nothing is stored, and nothing decided: the caller reads and acts. */
import type { Schema } from '../../contract/operation.ts'
import { StaleAccess } from '../../db/pool.ts'
import { invalid, notFound } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { readPlan, type TerraformPlan } from '../../formats/terraform/plan.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { framesOf } from '../../policies/messages.ts'
import type { PolicyInput } from '../../policies/types.ts'
import { findEnvironment } from '../components/queries.ts'
import { estimateOf } from '../cost-estimation/estimate.ts'
import { planTurns } from '../cost-estimation/plan-turns.ts'
import { mostProblems } from './infra-policies.ts'
import { type InfraPolicyRow, listEnabled } from './queries.ts'
import { viewInfraPolicy } from './view.ts'

type Verdict = Schema<'InfraPoliciesValidationResult'>
/** As policies see them. */
interface Names {
  project: string
  environment: string
}
type Context = Pick<OrganizationContext, 'platform' | 'organization' | 'read' | 'request'>

export async function validatePlan(context: Context, place: Names, text: string): Promise<Verdict> {
  const rows = await context.read(async (tx) => {
    if (!(await findEnvironment(tx, place.project, place.environment)))
      throw notFound(`environment ${place.environment} of the project ${place.project}`)
    return listEnabled(tx)
  })
  return judge(context, rows, place, text)
}

/** Each plan that a filled form would lead to; what any of them violates is violated. Nothing of it needs to exist. */
export async function validatePlans(context: Context, place: Names, texts: readonly string[]): Promise<Verdict> {
  const rows = await context.read(listEnabled)
  const verdicts: Verdict[] = []
  for (const text of texts) verdicts.push(await judge(context, rows, place, text))
  const all = (severity: keyof Verdict) => verdicts.flatMap((verdict) => verdict[severity] ?? [])
  return { criticals: all('criticals'), warnings: all('warnings'), advisories: all('advisories') }
}

async function judge(context: Context, rows: readonly InfraPolicyRow[], place: Names, text: string): Promise<Verdict> {
  const { input } = await inputOf(context, place, text)
  const policies = rows.map(({ canonical, body }) => ({ name: canonical, body }))
  const outcomes = rows.length === 0 ? [] : await context.platform.policies.evaluate(policies, input, context.organization.id)
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.name, outcome]))
  const violated = (severity: string) =>
    rows
      .filter((row) => row.severity === severity && outcomeOf.get(row.canonical)?.violated !== false)
      .map((row) => ({ infra_policy: viewInfraPolicy(row), reasons: [...(outcomeOf.get(row.canonical)?.reasons ?? [])] }))
  return { criticals: violated('critical'), warnings: violated('warning'), advisories: violated('advisory') }
}

/** A policy that somebody is writing, on a plan; without one only its text is looked at. */
export async function tryPolicy(
  context: Context,
  { body, tfplan, project_canonical: project = '', environment_canonical: environment = '' }: Schema<'EvaluateInfraPolicy'>,
): Promise<Schema<'InfraPolicyEvaluation'>> {
  const { platform, organization } = context
  const problems = (await platform.policies.check(body, organization.id)).slice(0, mostProblems)
  if (problems.length > 0 || tfplan === undefined) return { problems, violated: false, reasons: [] }
  const { input, cost } = await inputOf(context, { project, environment }, tfplan)
  const [outcome] = await platform.policies.evaluate([{ name: 'policy', body }], input, organization.id)
  return { problems: [], violated: outcome?.violated !== false, reasons: [...(outcome?.reasons ?? [])], ...(cost ? { cost } : {}) }
}

/** What policies see. The plan goes to them as it was sent: what was read of it is less. */
async function inputOf(
  context: Context,
  { project, environment }: Names,
  text: string,
): Promise<{ input: PolicyInput; cost: Schema<'CostEstimationResult'> | null }> {
  const turn = { organizationId: context.organization.id, characters: text.length, signal: context.request.closed() }
  const cost = await planTurns.take(turn, async () => costOf(context, planOf(text)))
  const names = `"environment_canonical":${JSON.stringify(environment)},"project_canonical":${JSON.stringify(project)}`
  return { input: { text: `{${names},"tfplan":${text},"cost":${JSON.stringify(cost)}}` }, cost }
}

function planOf(text: string): TerraformPlan {
  try {
    return readPlan(text)
  } catch (error) {
    if (error instanceof FormatError) throw invalid(`The plan cannot be read: ${error.message}`, [`body.tfplan: ${error.message}`])
    throw error
  }
}

/** Policies that do not ask for the cost must not fail because of it: without an estimate it is null. */
async function costOf(context: Context, plan: TerraformPlan): Promise<Schema<'CostEstimationResult'> | null> {
  try {
    return await estimateOf(context, plan)
  } catch (error) {
    if (error instanceof StaleAccess) throw error
    // Without the message: it may quote the plan.
    context.request.log.warn({ frames: framesOf(error) }, 'a plan could not be estimated for the policies that check it')
    return null
  }
}
