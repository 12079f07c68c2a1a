import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { importShared, planFile, pricesAreThere, whyNoPrices } from '../../../test/support/price-feeds.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

describe.skipIf(!pricesAreThere)(`plans with the prices of their day (${whyNoPrices})`, () => {
  beforeAll(async () => {
    const started = performance.now()
    const { rates } = await importShared(server.platform.database)
    console.log(`${rates} rates in ${Math.round(performance.now() - started)} ms`)
  }, 120_000)

  const estimate = async (name: string) => {
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.costEstimateTfPlan({
      path: { organization_canonical },
      body: { tfplan: readFileSync(planFile(name), 'utf8') },
    })
    if (answer.status === 200) console.log(JSON.stringify(answer.body.data, null, 1).slice(0, 6000))
    return answer
  }

  test.each([
    ['aws-no-prior-plan', 31.544],
    ['aws-asg-plan', 665.133],
  ])('%s costs %d a month before and after', async (name, total) => {
    const { body } = await estimate(name)
    const { planned_cost, prior_cost = '0' } = body.data
    expect(Number(planned_cost) || Number(prior_cost)).toBeCloseTo(total, 2)
  })

  test('a plan that is none is refused in words', async () => {
    expect(await estimate('invalid-plan')).toHaveStatus(422)
  })
})
