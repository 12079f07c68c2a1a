/** What a plan costs, at the prices of one organization. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { type EstimateDeps, estimatePlan } from '../../estimate/estimate.ts'
import { FormatError } from '../../formats/format-error.ts'
import { readPlan, type TerraformPlan } from '../../formats/terraform/plan.ts'
import { factsOf, iconUrl } from '../../formats/terraform/resource-facts.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { planTurns } from './plan-turns.ts'
import { openPrices } from './prices.ts'

type Result = Schema<'CostEstimationResult'>
type Asker = Pick<OrganizationContext, 'platform' | 'organization' | 'read'>

/** Characters of a plan, and milliseconds for its estimate. */
const longestPlan = 32 * 2 ** 20
const longest = 5000

export class TooLong extends Error {}

/** @returns null when it takes too long to be waited for */
export async function estimateOf(context: Asker, plan: TerraformPlan): Promise<Result | null> {
  try {
    return await inTime((signal) => estimateWith(context, plan, signal))
  } catch (error) {
    if (error instanceof TooLong) return null
    throw error
  }
}

/** @throws Invalid for what is no plan, and for one that takes too long */
export async function estimateText(context: Asker & Pick<OrganizationContext, 'request'>, text: string): Promise<Result> {
  if (text.length > longestPlan)
    throw invalid('The plan is too large to be estimated', [`body.tfplan: must have at most ${longestPlan} characters`])
  const { organization, request } = context
  return planTurns.take({ organizationId: organization.id, characters: text.length, signal: request.closed() }, () =>
    estimateNow(context, text),
  )
}

async function estimateNow(context: Asker, text: string): Promise<Result> {
  const started = performance.now()
  const plan = planOf(text)
  try {
    return await inTime((signal) => estimateWith(context, plan, signal), longest - (performance.now() - started))
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    throw invalid('The plan is too large to be estimated in the time that one estimate may take', [
      `body.tfplan: has ${plan.planned.length} resources; estimating them took longer than ${longest / 1000} seconds, so estimate its modules one by one`,
    ])
  }
}

export async function depsFor({ platform, read }: Pick<Asker, 'platform' | 'read'>): Promise<EstimateDeps> {
  const { prices, usage } = await openPrices({ platform, read })
  return { prices, usage, iconOf: (type) => iconUrl(platform.config.apiUrl, factsOf(type)) }
}

async function estimateWith(context: Asker, plan: TerraformPlan, signal: AbortSignal): Promise<Result> {
  return estimatePlan(plan, { ...(await depsFor(context)), signal })
}

function planOf(text: string): TerraformPlan {
  try {
    return readPlan(text)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw invalid(`The plan cannot be read: ${error.message}`, [`body.tfplan: ${error.message}`], error)
  }
}

/** @throws TooLong, upon which the work is told to end */
export async function inTime<T>(work: (signal: AbortSignal) => Promise<T>, milliseconds = longest): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new TooLong()), Math.max(0, milliseconds))
  const given = new Promise<never>((_, reject) => late.signal.addEventListener('abort', () => reject(late.signal.reason)))
  try {
    return await Promise.race([work(late.signal), given])
  } finally {
    clearTimeout(timer)
  }
}
