import { describe, expect, it } from 'vitest'
import { planOf, type TestResource } from '../../../test/support/plans.ts'
import type { PlanResource, TerraformPlan } from './plan.ts'
import { configurationOf } from './plan-configuration.ts'

const at = (plan: TerraformPlan, address: string): PlanResource => {
  const found = plan.planned.find((one) => one.address === address)
  if (!found) throw new Error(`${address} is not in the plan`)
  return found
}

const refers = (...references: string[]) => ({ references })
const instance = (expressions: object, more: object = {}) => ({ address: 'aws_instance.web', mode: 'managed', expressions, ...more })

/** Where the first resource of a plan is. */
function regionOf(resource: TestResource, configuration: object, variables: object = {}): string | undefined {
  const plan = planOf([resource], { configuration, variables })
  return configurationOf(plan).regionOf(at(plan, resource.address))
}

const provider = (region: object, more: object = {}) => ({ aws: { name: 'aws', expressions: { region }, ...more } })

describe('the region of a resource', () => {
  const web = { address: 'aws_instance.web' }

  it('is a constant or a variable of its provider', () => {
    expect(regionOf(web, { provider_config: provider({ constant_value: 'eu-west-3' }) })).toBe('eu-west-3')
    const variable = { provider_config: provider(refers('var.region')) }
    expect(regionOf(web, variable, { region: { value: 'us-gov-west-1' } })).toBe('us-gov-west-1')
    expect(regionOf(web, { ...variable, root_module: { variables: { region: { default: 'eu-north-1' } } } })).toBe('eu-north-1')
    const nested = { provider_config: provider(refers('var.aws.region', 'var.aws')) }
    expect(regionOf(web, nested, { aws: { value: { region: 'sa-east-1' } } })).toBe('sa-east-1')
  })

  it('is not known when only the machine that runs Terraform knows it', () => {
    expect(regionOf(web, { provider_config: provider(refers('data.aws_region.current.name')) })).toBeUndefined()
    expect(regionOf(web, { provider_config: provider({ constant_value: 7 }) })).toBeUndefined()
    expect(regionOf(web, {})).toBeUndefined()
  })

  it('is where everything is that is there already', () => {
    const arn = (name: string, region: string) => ({ address: `aws_sns_topic.${name}`, values: { arn: `arn:aws:sns:${region}:1:x` } })
    const plan = planOf([web], { prior: [arn('a', 'eu-west-2')], configuration: {} })
    expect(configurationOf(plan).regionOf(at(plan, 'aws_instance.web'))).toBe('eu-west-2')
    const two = planOf([web], { prior: [arn('a', 'eu-west-2'), arn('b', 'us-east-1')], configuration: {} })
    expect(configurationOf(two).regionOf(at(two, 'aws_instance.web'))).toBeUndefined()
  })

  it('is that of the alias that its configuration names', () => {
    const configuration = {
      provider_config: {
        ...provider({ constant_value: 'eu-west-1' }),
        'aws.far': { name: 'aws', alias: 'far', expressions: { region: { constant_value: 'ap-southeast-2' } } },
      },
      root_module: { resources: [instance({}, { provider_config_key: 'aws.far' })] },
    }
    expect(regionOf(web, configuration)).toBe('ap-southeast-2')
  })

  it('is inherited by modules, however old the plan', () => {
    const inModule = { address: 'module.app["a"].aws_instance.web' }
    const configuration = (key: string) => ({
      provider_config: provider({ constant_value: 'eu-west-1' }),
      root_module: { module_calls: { app: { module: { resources: [instance({}, { provider_config_key: key })] } } } },
    })
    for (const key of ['aws', 'app:aws', 'module.app:aws']) expect(regionOf(inModule, configuration(key))).toBe('eu-west-1')
  })

  it('is worked out where a module configures its own provider from its inputs', () => {
    const configuration = {
      provider_config: {
        'module.app:aws': { name: 'aws', module_address: 'module.app', expressions: { region: refers('var.where') } },
      },
      root_module: {
        module_calls: {
          app: {
            expressions: { where: refers('var.home') },
            module: { resources: [instance({}, { provider_config_key: 'module.app:aws' })], variables: { where: {} } },
          },
        },
      },
    }
    expect(regionOf({ address: 'module.app.aws_instance.web' }, configuration, { home: { value: 'ca-central-1' } })).toBe('ca-central-1')
  })

  it('is what the resource says itself before anything else', () => {
    const configuration = { provider_config: provider({ constant_value: 'eu-west-1' }) }
    const says = (values: object) => regionOf({ ...web, values }, configuration)
    expect(says({ arn: 'arn:aws:ec2:us-east-2:1:instance/i-1' })).toBe('us-east-2')
    expect(says({ availability_zone: 'us-west-2-lax-1a' })).toBe('us-west-2')
    expect(says({ region: 'me-south-1' })).toBe('me-south-1')
    expect(says({ arn: 'arn:aws:s3:::bucket' })).toBe('eu-west-1')
    expect(regionOf({ address: 'azurerm_subnet.a', values: { location: 'West Europe' } }, {})).toBe('westeurope')
    expect(regionOf({ address: 'google_compute_disk.a', values: { zone: 'us-central1-a' } }, {})).toBe('us-central1')
  })
})

describe('what a resource refers to', () => {
  const template = (module = '', suffix = '') => ({ address: `${module}aws_launch_template.t${suffix}` })
  const group = (module = '', suffix = '') => ({ address: `${module}aws_autoscaling_group.g${suffix}` })
  const blocks = (...references: string[]) => ({
    address: 'aws_autoscaling_group.g',
    mode: 'managed',
    expressions: { launch_template: [{ id: refers(...references), version: { constant_value: '1' } }] },
  })

  const target = (resources: readonly TestResource[], configuration: object, from: string) => {
    const plan = planOf(resources, { configuration })
    return configurationOf(plan).referred(at(plan, from), 'launch_template', 0, 'id')?.address
  }
  const root = (...references: string[]) => ({ root_module: { resources: [blocks(...references)] } })

  it('is found inside nested blocks', () => {
    const resources = [template(), group()]
    expect(target(resources, root('aws_launch_template.t.id', 'aws_launch_template.t'), 'aws_autoscaling_group.g')).toBe(
      'aws_launch_template.t',
    )
    expect(target(resources, root('local.template'), 'aws_autoscaling_group.g')).toBeUndefined()
    expect(target(resources, root('aws_launch_template.other.id'), 'aws_autoscaling_group.g')).toBeUndefined()
  })

  it('is the instance with the same count or key, or the one that is named', () => {
    const keys = ['["a"]', '["b"]']
    const keyed = keys.flatMap((key) => [template('', key), group('', key)])
    const each = root('aws_launch_template.t', 'each.key')
    expect(target(keyed, each, 'aws_autoscaling_group.g["b"]')).toBe('aws_launch_template.t["b"]')
    expect(target(keyed, root('aws_launch_template.t["a"].id', 'aws_launch_template.t["a"]'), 'aws_autoscaling_group.g["b"]')).toBe(
      'aws_launch_template.t["a"]',
    )
    const counted = [template('', '[0]'), template('', '[1]'), group('', '[1]'), group('', '[7]')]
    expect(target(counted, root('aws_launch_template.t'), 'aws_autoscaling_group.g[1]')).toBe('aws_launch_template.t[1]')
    expect(target(counted, root('aws_launch_template.t'), 'aws_autoscaling_group.g[7]')).toBe('aws_launch_template.t[0]')
  })

  it('is found through outputs and inputs of modules, over two levels', () => {
    const configuration = {
      root_module: {
        module_calls: {
          templates: {
            for_each_expression: refers('var.teams'),
            module: {
              outputs: { id: { expression: refers('module.inner.id', 'module.inner') } },
              module_calls: {
                inner: {
                  module: {
                    outputs: { id: { expression: refers('aws_launch_template.t.id', 'aws_launch_template.t') } },
                    resources: [{ address: 'aws_launch_template.t', mode: 'managed', expressions: {} }],
                  },
                },
              },
            },
          },
          groups: {
            for_each_expression: refers('var.teams'),
            expressions: { template: refers('module.templates["b"].id', 'module.templates["b"]', 'module.templates') },
            module: { resources: [blocks('var.template')] },
          },
        },
      },
    }
    const resources = ['a', 'b'].flatMap((key) => [template(`module.templates["${key}"].module.inner.`), group(`module.groups["${key}"].`)])
    expect(target(resources, configuration, 'module.groups["a"].aws_autoscaling_group.g')).toBe(
      'module.templates["b"].module.inner.aws_launch_template.t',
    )
  })

  it('is found by its id where that is known, and by an expression where there is no configuration', () => {
    const known = [
      { address: 'aws_launch_template.t', values: { id: 'lt-1' } },
      { address: 'aws_autoscaling_group.g', values: { launch_template: [{ id: 'lt-1' }] } },
    ]
    expect(target(known, {}, 'aws_autoscaling_group.g')).toBe('aws_launch_template.t')
    const drawn = [template(), { ...group(), values: { launch_template: [{ id: `\${aws_launch_template.t.id}` }] } }]
    expect(target(drawn, {}, 'aws_autoscaling_group.g')).toBe('aws_launch_template.t')
  })

  it('does not run in circles', () => {
    const call = (other: string) => ({
      expressions: { x: refers(`module.${other}.x`) },
      module: { outputs: { x: { expression: refers('var.x') } }, resources: [blocks('var.x')] },
    })
    const configuration = { root_module: { module_calls: { a: call('b'), b: call('a') } } }
    expect(target([group('module.a.')], configuration, 'module.a.aws_autoscaling_group.g')).toBeUndefined()
  })

  it('is looked for with a limit, so that a hostile plan takes no time', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `aws_nothing.n${index}.id`)
    const resources = Array.from({ length: 10_000 }, (_, index) => group('', `[${index}]`))
    const configuration = {
      provider_config: { aws: { expressions: { region: refers(`var.x${'.x'.repeat(100_000)}`) } } },
      root_module: { resources: [{ ...blocks(...many), provider_config_key: 'a.'.repeat(100_000) }] },
    }
    const plan = planOf([...resources, { address: 'aws_eip.e' }], { configuration })
    const { referred, referring, regionOf: region } = configurationOf(plan)
    const started = process.cpuUsage()
    const found = plan.planned.flatMap((resource) => [referred(resource, 'launch_template', 0, 'id') ?? [], region(resource) ?? []].flat())
    expect(found).toEqual([])
    expect(referring(at(plan, 'aws_eip.e'), 'aws_autoscaling_group')).toEqual([])
    // Of the processor: others use the machine too.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(10_000)
  })

  it('is known from the other side too', () => {
    const configuration = {
      root_module: {
        resources: [{ address: 'aws_nat_gateway.n', mode: 'managed', expressions: { allocation_id: refers('aws_eip.e', 'each.key') } }],
      },
    }
    const plan = planOf(
      ['aws_eip.e["a"]', 'aws_eip.e["b"]', 'aws_nat_gateway.n["b"]'].map((address) => ({ address })),
      { configuration },
    )
    const { referring } = configurationOf(plan)
    expect(referring(at(plan, 'aws_eip.e["b"]'), 'aws_nat_gateway').map(({ address }) => address)).toEqual(['aws_nat_gateway.n["b"]'])
    expect(referring(at(plan, 'aws_eip.e["a"]'), 'aws_nat_gateway')).toEqual([])
  })
})
