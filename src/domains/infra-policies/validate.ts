/** A plan against the policies of the organization. Nothing is stored, and nothing decided: the caller reads and acts. */
import type { Schema } from '../../contract/operation.ts'
import { StaleAccess } from '../../db/pool.ts'
import { invalid, notFound } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { readPlan, type TerraformPlan } from '../../formats/terraform/plan.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { framesOf } from '../../policies/messages.ts'
import { findEnvironment } from '../components/queries.ts'
import { estimateOf } from '../cost-estimation/estimate.ts'
import { planTurns } from '../cost-estimation/plan-turns.ts'
import { listEnabled } from './queries.ts'
import { viewInfraPolicy } from './view.ts'

type Context = Pick<OrganizationContext, 'platform' | 'organization' | 'read' | 'request'>

export async function validatePlan(
  context: Context,
  { project, environment }: { project: string; environment: string },
  text: string,
): Promise<Schema<'InfraPoliciesValidationResult'>> {
  const rows = await context.read(async (tx) => {
    if (!(await findEnvironment(tx, project, environment))) throw notFound(`environment ${environment} of the project ${project}`)
    return listEnabled(tx)
  })
  const turn = { organizationId: context.organization.id, characters: text.length, signal: context.request.closed() }
  const cost = await planTurns.take(turn, async () => costOf(context, planOf(text)))
  // The plan goes to policies as it was sent: what was read of it is less.
  const input = `{"environment_canonical":${JSON.stringify(environment)},"project_canonical":${JSON.stringify(project)},"tfplan":${text},"cost":${JSON.stringify(cost)}}`
  const policies = rows.map(({ canonical, body }) => ({ name: canonical, body }))
  const outcomes = rows.length === 0 ? [] : await context.platform.policies.evaluate(policies, { text: input }, context.organization.id)
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.name, outcome]))
  const violated = (severity: string) =>
    rows
      .filter((row) => row.severity === severity && outcomeOf.get(row.canonical)?.violated !== false)
      .map((row) => ({ infra_policy: viewInfraPolicy(row), reasons: [...(outcomeOf.get(row.canonical)?.reasons ?? [])] }))
  return { criticals: violated('critical'), warnings: violated('warning'), advisories: violated('advisory') }
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
