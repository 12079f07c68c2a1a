import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { environment, fresh, member, organization, project, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'

const server = useServer()

const plans = new URL('../../../../shared/data/plans/', import.meta.url).pathname
const planText = (name: string) => readFileSync(`${plans}${name}`, 'utf8')

type Severity = Schema<'InfraPolicy'>['severity']

/** An organization with a project, and what its policies say about a plan. */
async function stage() {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada'), project('web', environment('prod'))))
  const add = async (name: string, body: string, severity: Severity = 'critical', enabled = true) =>
    expect(
      await ada.createInfraPolicy({ path: { organization_canonical }, body: { name, body, severity, owner: 'ada', enabled } }),
    ).toHaveStatus(200)
  const path = { organization_canonical, project_canonical: 'web', environment_canonical: 'prod' }
  return { ada, add, path, check: (tfplan: string) => ada.validateProjectInfraPolicies({ path, body: { tfplan } }) }
}

type Answer = Awaited<ReturnType<Client['validateProjectInfraPolicies']>>
const told = ({ body: { data } }: Answer) =>
  Object.fromEntries(
    Object.entries(data ?? {}).map(([severity, items]) => [
      severity,
      items.map(({ infra_policy, reasons }) => [infra_policy.canonical, reasons]),
    ]),
  )

const resource = (type: string, name: string, values: object) => ({
  address: `${type}.${name}`,
  mode: 'managed',
  type,
  name,
  provider_name: 'registry.terraform.io/hashicorp/aws',
  values,
})
const planOf = (...resources: object[]) =>
  JSON.stringify({ format_version: '1.2', terraform_version: '1.9.0', planned_values: { root_module: { resources } } })
const empty = planOf()

/** In the way of the examples that people start from; `test` exists nowhere. */
const tags = (owner: string) => `package test

import input.tfplan as tfplan

resource_types = {"aws_instance", "aws_s3_bucket"}

tags_ok(resource) {
  resource.values.tags.owner == ${owner}
}

deny[reason] {
  resource = tfplan.planned_values.root_module.resources[_]
  resource_types[resource.type]
  not tags_ok(resource)
  reason := sprintf("%s: the tag owner is missing", [resource.address])
}
`

describe('a plan against policies', () => {
  test('violated ones are told by severity, sorted, with their reasons; others, and disabled ones, are not', async () => {
    const { add, check } = await stage()
    await add('zeta', 'package a\ndeny["b"] { true }\ndeny["a"] { true }')
    await add('alpha', 'package a.b.c\ndefault allow = false')
    await add('warned', 'package a\nimport rego.v1\ndeny contains {"msg": "careful"} if true', 'warning')
    await add('advised', 'package a\ndeny[x] { x := input.project_canonical }\ndeny[x] { x := input.environment_canonical }', 'advisory')
    await add('fine', 'package a\ndeny[x] { input.tfplan.nothing; x := "x" }')
    await add('off', 'package a\ndeny["off"] { true }', 'critical', false)
    const answer = await check(empty)
    expect(answer).toHaveStatus(200)
    expect(told(answer)).toEqual({
      criticals: [
        ['alpha', []],
        ['zeta', ['a', 'b']],
      ],
      warnings: [['warned', ['careful']]],
      advisories: [['advised', ['prod', 'web']]],
    })
    expect(told(await check(empty))).toEqual(told(answer))
  })

  test('a policy about tags finds what has none', async () => {
    const { add, check } = await stage()
    await add('tags', tags('"platform"'))
    const answer = await check(
      planOf(
        resource('aws_instance', 'good', { tags: { owner: 'platform' } }),
        resource('aws_instance', 'bad', {}),
        resource('aws_vpc', 'other', {}),
      ),
    )
    expect(told(answer).criticals).toEqual([['tags', ['aws_instance.bad: the tag owner is missing']]])
  })

  test('one that names what does not exist refuses every plan and says what, and the others are evaluated', async () => {
    const { add, check } = await stage()
    await add('broken', tags('test'))
    await add('loops', 'package a\ndeny[x] { r := numbers.range(1, 100000); r[a]; r[b]; a + b == -1; x := "x" }', 'warning')
    await add('network', 'package a\ndeny[x] { http.send({"method": "GET", "url": "http://127.0.0.1"}); x := "x" }', 'advisory')
    await add('works', 'package a\ndeny["told"] { true }')
    const answer = await check(empty)
    expect(answer).toHaveStatus(200)
    const { criticals, warnings, advisories } = answer.body.data ?? {}
    expect(criticals?.map(({ infra_policy }) => infra_policy.canonical)).toEqual(['broken', 'works'])
    expect(criticals?.[0]?.reasons?.[0]).toMatch(/^The policy broken cannot be evaluated: .*test/)
    expect(criticals?.[1]?.reasons).toEqual(['told'])
    expect(warnings?.[0]?.reasons?.[0]).toMatch(/more work|longer/)
    expect(advisories?.[0]?.reasons?.[0]).toContain('http.send is not available')
  })

  test('the server answers others while policies loop', async () => {
    const { ada, add, check, path } = await stage()
    for (let index = 0; index < 4; index++)
      await add(`loop-${index}`, 'package a\ndeny[x] { r := numbers.range(1, 100000); r[a]; r[b]; r[c]; a + b + c == -1; x := "x" }')
    const checking = check(empty)
    let slowest = 0
    let over = false
    void checking.finally(() => {
      over = true
    })
    while (!over) {
      const start = performance.now()
      expect(await ada.getProject({ path })).toHaveStatus(200)
      slowest = Math.max(slowest, performance.now() - start)
    }
    expect(await checking).toHaveStatus(200)
    expect(slowest).toBeLessThan(1000)
  })

  test('the plan is what was sent, whatever keys it has', async () => {
    const { add, check } = await stage()
    await add('keys', 'package a\ndeny[x] { x := input.tfplan.__proto__.a }\ndeny[x] { x := input.tfplan.constructor }')
    const answer = await check(`${empty.slice(0, -1)},"__proto__":{"a":"proto"},"constructor":"made"}`)
    expect(told(answer).criticals).toEqual([['keys', ['made', 'proto']]])
  })

  test.each([
    ['no JSON', '{"a":', 'JSON'],
    ['another document', '{"a":1}', 'plan'],
    ['a list', '[]', 'plan'],
    ['nothing', '', ''],
    ['brackets without end', `{"format_version":"1.2","planned_values":{},"x":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'nested'],
  ])('%s is refused', async (_, tfplan, text) => {
    const { check } = await stage()
    expect(await check(tfplan)).toBeError('Invalid', text)
  })

  test('the project and the environment must exist', async () => {
    const { ada, path } = await stage()
    for (const other of [{ project_canonical: 'other' }, { environment_canonical: 'other' }])
      expect(await ada.validateProjectInfraPolicies({ path: { ...path, ...other }, body: { tfplan: empty } })).toHaveStatus(404)
  })
})

describe.skipIf(!existsSync(plans))('real plans, which need ../shared/data/plans', () => {
  test.each(['aws-asg-plan.json', 'aws-no-prior-plan.json'])('%s', async (name) => {
    const { add, check } = await stage()
    await add('types', 'package a\ndeny[x] { x := input.tfplan.resource_changes[_].type }')
    await add('cost', 'package a\ndeny["there is an estimate"] { input.cost.resource_estimates }', 'advisory')
    const plan: { resource_changes: { type: string }[] } = JSON.parse(planText(name))
    const answer = told(await check(planText(name)))
    expect(answer.criticals).toEqual([['types', [...new Set(plan.resource_changes.map(({ type }) => type))].sort()]])
    expect(answer.advisories).toEqual([['cost', ['there is an estimate']]])
  })

  test('a broken one is refused', async () => {
    const { check } = await stage()
    expect(await check(planText('invalid-plan.json'))).toBeError('Invalid', 'body.tfplan')
  })
})

describe('a policy that is being written', () => {
  const path = async () => {
    const { ada, path } = await stage()
    return { ada, path: { organization_canonical: path.organization_canonical } }
  }

  test('is tried on a plan, and sees the cost and the names that it is told', async () => {
    const { ada, path: at } = await path()
    const body =
      'package a\nimport rego.v1\ndeny contains msg if { msg := concat("/", [input.project_canonical, input.cost.planned_cost]) }'
    const answer = await ada.evaluateInfraPolicy({ path: at, body: { body, tfplan: empty, project_canonical: 'web' } })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toMatchObject({ problems: [], violated: true, reasons: ['web/0'], cost: { planned_cost: '0' } })
    expect((await ada.getInfraPolicies({ path: at })).body.data).toEqual([])
  })

  test('that cannot be read is answered with line and column, and nothing runs', async () => {
    const { ada, path: at } = await path()
    const { body } = await ada.evaluateInfraPolicy({ path: at, body: { body: 'package a\ndeny[x] {', tfplan: empty } })
    expect(body.data).toMatchObject({ violated: false, reasons: [], problems: [{ line: 2 }] })
  })

  test('is only looked at without a plan, and refused with something that is none', async () => {
    const { ada, path: at } = await path()
    const body = 'package a\ndeny["x"] { true }'
    expect((await ada.evaluateInfraPolicy({ path: at, body: { body } })).body.data).toEqual({ problems: [], violated: false, reasons: [] })
    expect(await ada.evaluateInfraPolicy({ path: at, body: { body, tfplan: '[]' } })).toHaveStatus(422)
  })
})
