/** What a plan of 5,000 resources takes, from its text to the answer. Prices are in memory: the time is that of reading and mapping. */
import { estimatePlan } from '../../src/estimate/estimate.ts'
import { readPlan } from '../../src/formats/terraform/plan.ts'
import { largePlan } from '../../test/support/large-plan.ts'
import { pricesOf, sharedPricesAreThere, sharedProducts } from '../../test/support/terracost-prices.ts'

type Row = [what: string, measured: string, ratio: string, budget: string]

const resources = 5000
const turns = 5

export async function estimateRows(): Promise<Row[]> {
  if (!sharedPricesAreThere) return [['estimate of a large plan: needs ../shared/data/prices', '–', '–', '–']]
  const prices = pricesOf(sharedProducts())
  const text = largePlan(resources)
  const times: { whole: number; reading: number }[] = []
  let estimated = 0
  for (let turn = 0; turn < turns; turn++) {
    const started = performance.now()
    const plan = readPlan(text)
    const reading = performance.now() - started
    const result = await estimatePlan(plan, { prices, usage: {}, iconOf: () => undefined })
    times.push({ whole: performance.now() - started, reading })
    estimated = result.resource_estimates.length
  }
  const [median] = times.sort((one, other) => one.whole - other.whole).slice(Math.floor(turns / 2))
  const what = `estimate of a plan of ${resources} resources (${(text.length / 1024 / 1024).toFixed(1)} MiB, ${estimated} with a price)`
  const { whole = 0, reading = 0 } = median ?? {}
  return [[what, `${whole.toFixed(0)} ms`, `reading ${Math.round((reading / whole) * 100)} %`, '< 1000 ms']]
}
