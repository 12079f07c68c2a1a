import { describe, expect, it } from 'vitest'
import { largePlan } from '../../../test/support/large-plan.ts'
import { planOf, planText } from '../../../test/support/plans.ts'
import { sharedPlan, sharedPricesAreThere, whyNoSharedPrices } from '../../../test/support/terracost-prices.ts'
import { readPlan } from './plan.ts'

const refusal = (text: string): string => {
  try {
    readPlan(text)
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
  return 'accepted'
}

describe('reading a plan', () => {
  it('finds managed resources in all modules, with their keys, and leaves data sources out', () => {
    const plan = planOf([
      { address: 'aws_vpc.main', values: { cidr_block: '10.0.0.0/16' } },
      { address: 'module.a["x.y[0]"].aws_instance.web[2]', values: { instance_type: 't3.micro' }, unknown: { id: true } },
      { address: 'module.a["x.y[0]"].aws_instance.web["k"]' },
      { address: 'data.aws_ami.debian', mode: 'data' },
    ])
    expect(plan.planned.map(({ address, module, provider, type, name, index }) => [address, module, provider, type, name, index])).toEqual([
      ['aws_vpc.main', '', 'aws', 'aws_vpc', 'main', null],
      ['module.a["x.y[0]"].aws_instance.web[2]', 'module.a["x.y[0]"]', 'aws', 'aws_instance', 'web', 2],
      ['module.a["x.y[0]"].aws_instance.web["k"]', 'module.a["x.y[0]"]', 'aws', 'aws_instance', 'web', 'k'],
    ])
    expect(plan.planned[1]?.unknown).toEqual({ id: true })
    expect(plan.terraformVersion).toBe('1.11.4')
  })

  it('reads what Terraform 0.12 printed: no state, no configuration, short provider names', () => {
    const resources = [{ address: 'aws_instance.a', mode: 'managed', type: 'aws_instance', name: 'a', provider_name: 'aws', values: {} }]
    const plan = readPlan(JSON.stringify({ format_version: '0.1', planned_values: { root_module: { resources } } }))
    expect(plan.planned).toMatchObject([{ address: 'aws_instance.a', provider: 'aws', unknown: {} }])
    expect(plan.prior).toEqual([])
  })

  it('leaves out old objects that wait for their end', () => {
    const prior_state = {
      values: {
        root_module: {
          resources: [
            { address: 'aws_instance.a', mode: 'managed', type: 'aws_instance', values: { instance_type: 'new' } },
            { address: 'aws_instance.a', mode: 'managed', type: 'aws_instance', deposed_key: '00000001', values: { instance_type: 'old' } },
          ],
        },
      },
    }
    const plan = readPlan(JSON.stringify({ format_version: '1.0', planned_values: {}, prior_state }))
    expect(plan.prior.map(({ values }) => values)).toEqual([{ instance_type: 'new' }])
  })

  it('takes every version of the format up to 1.x, and no other', () => {
    for (const version of ['0.1', '0.2', '1.0', '1.2', '1.9']) {
      expect(refusal(JSON.stringify({ format_version: version, planned_values: {} }))).toBe('accepted')
    }
    expect(refusal('{"format_version":"2.0","planned_values":{}}')).toMatch('plans of format 2.0 are newer than what is understood here')
    expect(refusal('{"format_version":1.2,"planned_values":{}}')).toMatch('format_version has to be a text such as "1.2"')
  })

  it('tells what was sent instead of a plan', () => {
    expect(refusal('')).toMatch('the plan is no JSON')
    expect(refusal('PK\u0003\u0004')).toMatch(
      "this is Terraform's own plan file: send what `terraform show -json <plan file>` prints of it",
    )
    expect(refusal('[]')).toMatch('the plan is no JSON object')
    expect(refusal('{"version":4,"resources":[]}')).toMatch('this is no Terraform plan, for it has no format_version')
    expect(refusal('{"format_version":"1.0","values":{}}')).toMatch('this is a state, and no plan')
    expect(refusal('{"format_version":"1.0"}')).toMatch('it has no planned_values')
  })

  it('names the line of broken JSON, and shows nothing of it', () => {
    const message = refusal('{\n"format_version": "1.0",\n"password": "hunter2" "x"}')
    expect(message).toMatch(/^FormatError: line 3: the plan is no JSON/)
    expect(message).not.toContain('hunter2')
  })

  it('refuses a plan that contradicts itself in what is built', () => {
    const plan = JSON.parse(planText([{ address: 'aws_instance.a', values: { instance_type: 't3.micro', key_name: 'x' } }]))
    plan.resource_changes[0].change.after = { instance_type: 't3.micro', key_name: 'blacked out' }
    expect(refusal(JSON.stringify(plan))).toBe('accepted')
    plan.resource_changes[0].change.after = { instance_type: 'm5.24xlarge' }
    expect(refusal(JSON.stringify(plan))).toBe(
      'FormatError: the plan contradicts itself: planned_values and resource_changes differ in instance_type of aws_instance.a',
    )
  })

  it.skipIf(!sharedPricesAreThere)(`refuses the known invalid plan (${whyNoSharedPrices})`, () => {
    expect(refusal(sharedPlan('invalid-plan'))).toMatch('differ in instance_type of aws_instance.example')
  })
})

describe('a plan whose parts do not fit together', () => {
  const create = (address: string, more: object = {}) => ({
    address,
    mode: 'managed',
    change: { actions: ['create'], after: { instance_type: 't3.micro' } },
    ...more,
  })
  const text = (more: object) => JSON.stringify({ format_version: '1.2', ...more })

  it('is refused where it creates what it does not plan', () => {
    const changes = (...resource_changes: object[]) => refusal(text({ planned_values: { root_module: {} }, resource_changes }))
    expect(changes(create('aws_instance.a'))).toBe(
      'FormatError: resource_changes creates aws_instance.a, which planned_values does not have',
    )
    const replaced = create('aws_instance.a', { change: { actions: ['delete', 'create'] } })
    expect(changes(replaced)).toMatch('creates aws_instance.a')
    const one = { root_module: { resources: [{ address: 'module.a[0].aws_instance.b[0]' }] } }
    const made = (...addresses: string[]) =>
      refusal(text({ planned_values: one, resource_changes: addresses.map((address) => create(address)) }))
    expect(made('module.a.aws_instance.b')).toBe('accepted')
    expect(made('module.a.aws_instance.b', 'module.a.aws_instance.b[1]')).toMatch('creates module.a.aws_instance.b[1], which')
    const gone = create('aws_instance.a', { change: { actions: ['delete'], after: null } })
    expect(changes(gone, create('data.aws_ami.a', { mode: 'data' }), create('aws_instance.b', { deposed: '0001' }))).toBe('accepted')
  })

  it('is read from its changes where it has no planned values at all', () => {
    const unknown = create('module.a.aws_instance.b["k"]', {
      change: { actions: ['create'], after: { x: 1 }, after_unknown: { id: true } },
    })
    const gone = create('aws_instance.c', { change: { actions: ['delete'], after: null } })
    const plan = readPlan(text({ resource_changes: [create('aws_instance.a'), unknown, gone, create('data.aws_ami.a', { mode: 'data' })] }))
    expect(plan.planned).toMatchObject([
      { address: 'aws_instance.a', values: { instance_type: 't3.micro' } },
      { address: 'module.a.aws_instance.b["k"]', values: { x: 1 }, unknown: { id: true } },
    ])
  })

  it('is refused where modules, their lists or modes are none', () => {
    const root = (root_module: unknown) => refusal(text({ planned_values: { root_module } }))
    expect(root([])).toMatch('planned_values has a module that is no object')
    expect(root({ resources: {} })).toMatch('planned_values: resources of a module is no list')
    expect(root({ child_modules: { a: 1 } })).toMatch('planned_values: child_modules of a module is no list')
    expect(root({ child_modules: [7] })).toMatch('planned_values has a module that is no object')
    expect(refusal(text({ planned_values: [] }))).toMatch('planned_values is no object')
    for (const mode of ['Managed', '', 7, { toString: 1 }]) {
      expect(root({ resources: [{ address: 'aws_x.a', mode }] })).toMatch(`of the mode ${JSON.stringify(mode)}, which is none of managed`)
    }
  })
})

describe('a hostile plan', () => {
  it('of more small values, or more different keys, than any plan has is refused before it is built in memory', () => {
    const head = '{"format_version":"1.2","planned_values":{},"x":'
    const started = performance.now()
    expect(refusal(`${head}[${'{},'.repeat(10_000_000)}1]}`)).toMatch('the plan has more than 1500000 values')
    const keys = Array.from({ length: 200_000 }, (_, index) => `"k${index}":1`)
    expect(refusal(`${head}{${keys.join(',')}}}`)).toMatch('the plan has more than 50000 different keys')
    expect(performance.now() - started).toBeLessThan(2000)
    expect(refusal(`${head}"${'[{,:\\"'.repeat(1_000_000)}"}`)).toBe('accepted')
  })

  it('is not taken for one while it is only large', () => {
    const plan = JSON.parse(largePlan(20_000))
    const padding = 'x'.repeat(600)
    for (const change of plan.resource_changes) change.change.after.padding = padding
    const text = JSON.stringify(plan)
    expect(text.length).toBeGreaterThan(24_000_000)
    expect(readPlan(text).planned).toHaveLength(20_000)
  })

  const withResource = (resource: unknown) =>
    JSON.stringify({ format_version: '1.0', planned_values: { root_module: { resources: [resource] } } })

  it('is refused by its limits, in words', () => {
    expect(refusal(`{"format_version":"1.0","planned_values":{},"x":"${'a'.repeat(33 * 1024 * 1024)}"}`)).toMatch('larger than 32 MiB')
    expect(refusal(`{"format_version":"1.0","planned_values":{},"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).toMatch(
      '"deep" is nested more than 100 levels deep',
    )
    const many = Array.from({ length: 20_001 }, (_, index) => ({ address: `a_b.c[${index}]`, mode: 'managed', type: 'a_b' }))
    expect(refusal(JSON.stringify({ format_version: '1.0', planned_values: { root_module: { resources: many } } }))).toMatch(
      'more than 20000 resources',
    )
    expect(refusal(withResource({ address: 'aws_x.a\u0000', type: 'aws_x' }))).toMatch('is no address of a resource')
    expect(refusal(withResource({ address: 'aws_x.a', type: 'aws_y' }))).toMatch('the type of aws_x.a is not that of its address')
    expect(refusal(withResource({ type: 'aws_x' }))).toMatch('a resource without an address')
    expect(refusal(withResource('aws_x.a'))).toMatch('a resource that is no object')
    expect(refusal(withResource({ address: 'aws_x.a', values: { name: '\ud800' } }))).toMatch('no valid Unicode')
    const twice = { address: 'aws_x.a', type: 'aws_x' }
    expect(refusal(JSON.stringify({ format_version: '1.0', planned_values: { root_module: { resources: [twice, twice] } } }))).toMatch(
      'twice',
    )
  })

  it('cannot reach prototypes, and wrong types are nothing', () => {
    const plan = readPlan(
      '{"format_version":"1.0","planned_values":{"root_module":{"__proto__":{"resources":[1]},"resources":[{"address":"aws_x.a","values":7}]}},"prior_state":[],"resource_changes":{"a":1}}',
    )
    expect(plan.planned).toMatchObject([{ address: 'aws_x.a', values: {} }])
  })
})
