import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { importShared, planFile, pricesAreThere, whyNoPrices } from '../../../test/support/price-feeds.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'

const server = useServer()

describe.skipIf(!pricesAreThere)(`plans with the prices of their day (${whyNoPrices})`, () => {
  beforeAll(async () => {
    await importShared(server.platform.database)
  }, 120_000)

  /** With groups counted as terracost does, whose totals these are. */
  const estimate = async (
    name: string,
    settings: Schema<'CostEstimationSettings'> = { usage: { aws_autoscaling_group: { as_terracost: '1' } } },
  ) => {
    const path = { organization_canonical: fresh('acme') }
    const { ada } = await scenario(server, organization(path.organization_canonical, member('ada')))
    expect(await ada.updateCostEstimationSettings({ path, body: settings })).toHaveStatus(200)
    return ada.costEstimateTfPlan({ path, body: { tfplan: readFileSync(planFile(name), 'utf8') } })
  }

  test.each([
    ['aws-no-prior-plan', 31.544],
    ['aws-asg-plan', 665.133],
  ])('%s costs %d a month', async (name, total) => {
    const { body } = await estimate(name)
    expect(Number(body.data.planned_cost)).toBeCloseTo(total, 2)
    expect(body.data.skipped_resource_addresses).toEqual([])
  })

  test('cost a tenth less where the organization pays a tenth less', async () => {
    const overrides = [{ kind: 'percent' as const, match: { provider: 'aws' as const }, value: '-10' }]
    const { body } = await estimate('aws-no-prior-plan', { overrides })
    expect(Number(body.data.planned_cost)).toBeCloseTo(31.544 * 0.9, 2)
  })

  test('that are none are refused in words', async () => {
    expect(await estimate('invalid-plan')).toHaveStatus(422)
  })
})
