import { describe, expect, test } from 'vitest'
import { apiKey, child, environment, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'

const server = useServer()
const acme = () => fresh('acme')

type NewPolicy = Schema<'NewInfraPolicy'>
const deny = (reason: string) => `package test\ndeny[reason] { reason := "${reason}" }`
const policy = (name: string, more: Partial<NewPolicy> = {}): NewPolicy => ({
  name,
  body: deny(name),
  owner: 'ada',
  severity: 'critical',
  enabled: true,
  ...more,
})
const updateOf = ({ name, body, severity, owner }: NewPolicy): Schema<'UpdateInfraPolicy'> => ({
  name,
  body,
  severity,
  owner,
  description: 'changed',
  enabled: false,
})

describe('an infra policy', () => {
  test('is created, read, listed, replaced and deleted', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const created = await ada.createInfraPolicy({
      path: { organization_canonical },
      body: policy('No public buckets', { description: 'S3' }),
    })
    expect(created).toHaveStatus(200)
    expect(created.body.data).toMatchObject({
      canonical: 'no-public-buckets',
      name: 'No public buckets',
      description: 'S3',
      severity: 'critical',
      enabled: true,
      owner: { username: 'ada' },
    })
    const path = { organization_canonical, infra_policy_canonical: 'no-public-buckets' }
    expect((await ada.getInfraPolicy({ path })).body.data).toEqual(created.body.data)
    expect((await ada.getInfraPolicies({ path: { organization_canonical } })).body.data).toEqual([created.body.data])
    const updated = await ada.updateInfraPolicy({ path, body: updateOf(policy('Other', { severity: 'advisory' })) })
    expect(updated).toHaveStatus(200)
    expect(updated.body.data).toMatchObject({
      canonical: 'no-public-buckets',
      name: 'Other',
      severity: 'advisory',
      enabled: false,
      description: 'changed',
    })
    expect(await ada.deleteInfraPolicy({ path })).toHaveStatus(204)
    expect(await ada.getInfraPolicy({ path })).toHaveStatus(404)
    expect(await ada.updateInfraPolicy({ path, body: updateOf(policy('Other')) })).toHaveStatus(404)
    expect(await ada.deleteInfraPolicy({ path })).toHaveStatus(404)
  })

  test('each change leaves an event', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical, infra_policy_canonical: 'one' }
    await ada.createInfraPolicy({ path, body: policy('one') })
    await ada.updateInfraPolicy({ path, body: updateOf(policy('one')) })
    await ada.deleteInfraPolicy({ path })
    const events = await ada.getEvents({ path, query: { begin: 0, end: Number.MAX_SAFE_INTEGER, type: ['Cycloid'] } })
    expect(events.body.data.map(({ title }) => title).slice(0, 3)).toEqual([
      'An infra policy has been deleted',
      'An infra policy has been updated',
      'An infra policy has been created',
    ])
  })

  test('two cannot have the same canonical', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    await ada.createInfraPolicy({ path: { organization_canonical }, body: policy('one') })
    expect(await ada.createInfraPolicy({ path: { organization_canonical }, body: policy('one') })).toBeError(
      'AlreadyExists',
      'infra policy',
    )
  })

  test.each<[string, Partial<NewPolicy>, string]>([
    ['a text that is no Rego', { body: 'package test\n\ndeny[msg] {' }, 'line 3'],
    ['no text', { body: '' }, 'body.body'],
    ['neither a rule deny nor allow', { body: 'package test\nviolation[m] { m := "x" }' }, 'neither a rule deny nor allow'],
    ['a text that is too long', { body: `package test\n# ${'x'.repeat(64 * 1024)}` }, '64 KiB'],
    ['brackets without end', { body: `package test\nx = ${'['.repeat(60_000)}` }, 'body.body: line'],
    ['an owner that nobody knows', { owner: 'nobody' }, 'body.owner'],
    ['another severity', { severity: 'fatal' as never }, 'body.severity'],
    ['a NUL character', { body: 'package test\n# \u0000' }, ''],
  ])('with %s is refused', async (_, more, text) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    expect(await ada.createInfraPolicy({ path: { organization_canonical }, body: policy('one', more) })).toBeError('Invalid', text)
    expect((await ada.getInfraPolicies({ path: { organization_canonical } })).body.data).toEqual([])
  })

  test('may name what does not exist, in the syntax of both versions', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    for (const [index, body] of [
      'package test\ndeny[reason] { not_there[x]; reason := test }',
      'package test\nimport rego.v1\ndeny contains reason if { some x in input.tfplan.y; reason := x }',
      'package test\ndeny contains reason if { reason := "x" }',
    ].entries())
      expect(await ada.createInfraPolicy({ path: { organization_canonical }, body: policy(`policy-${index}`, { body }) })).toHaveStatus(200)
  })

  test('there are at most 200, also when many are added at once', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    await server.database.query(
      `insert into infra_policies (organization_id, canonical, name, description, body, severity, enabled)
       select o.id, 'old-' || n, 'old', '', 'package a', 'advisory', false from organizations o, generate_series(1, 197) n where o.canonical = $1`,
      [organization_canonical],
    )
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => ada.createInfraPolicy({ path: { organization_canonical }, body: policy(`new-${index}`) })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(answers.find(({ status }) => status !== 200)).toBeError('Invalid', 'at most 200')
  })
})

describe('the list', () => {
  test('is narrowed by each filter, and sorted', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    for (const [name, more] of [
      ['beta', { severity: 'warning' }],
      ['alpha', { enabled: false }],
      ['gamma', {}],
    ] as const)
      await ada.createInfraPolicy({ path: { organization_canonical }, body: policy(name, more) })
    const listed = async (query: object) =>
      (await ada.getInfraPolicies({ path: { organization_canonical }, query })).body.data.map(({ canonical }) => canonical)
    expect(await listed({})).toEqual(['alpha', 'beta', 'gamma'])
    expect(await listed({ order_by: 'infra_policy_canonical:desc' })).toEqual(['gamma', 'beta', 'alpha'])
    expect(await listed({ infra_policy_severity: 'warning' })).toEqual(['beta'])
    expect(await listed({ infra_policy_enabled: false })).toEqual(['alpha'])
    expect(await listed({ infra_policy_enabled: true })).toEqual(['beta', 'gamma'])
    expect(await listed({ infra_policy_name: 'gamma' })).toEqual(['gamma'])
    expect(await listed({ infra_policy_canonical: 'gamma', infra_policy_severity: 'warning' })).toEqual([])
    expect(await listed({ 'infra_policy_name[rlike]': '^(a|b)' })).toEqual(['alpha', 'beta'])
    const [first] = (await ada.getInfraPolicies({ path: { organization_canonical } })).body.data
    expect(await listed({ infra_policy_created_at: first?.created_at, infra_policy_canonical: 'alpha' })).toEqual(['alpha'])
    expect(await listed({ infra_policy_created_at: 5 })).toEqual([])
    expect(await ada.getInfraPolicies({ path: { organization_canonical }, query: { order_by: 'body:asc' } })).toBeError('Invalid')
  })
})

describe('who may', () => {
  test('the owner may everything with their policy, others what their role says', async () => {
    const organization_canonical = acme()
    const { ada, eve, bob } = await scenario(
      server,
      organization(organization_canonical, role('nothing'), member('ada'), member('eve', 'nothing'), member('bob', 'nothing')),
    )
    const path = { organization_canonical, infra_policy_canonical: 'one' }
    await ada.createInfraPolicy({ path, body: policy('one', { owner: 'eve' }) })
    expect(await eve.getInfraPolicy({ path })).toHaveStatus(200)
    expect(await bob.getInfraPolicy({ path })).toHaveStatus(403)
    expect(await eve.updateInfraPolicy({ path, body: { ...updateOf(policy('one')), owner: 'bob' } })).toHaveStatus(200)
    expect(await bob.getInfraPolicy({ path })).toHaveStatus(200)
    expect(await eve.getInfraPolicy({ path })).toHaveStatus(403)
    expect((await ada.updateInfraPolicy({ path, body: { ...updateOf(policy('one')), owner: '' } })).body.data.owner).toBeUndefined()
    expect(await bob.deleteInfraPolicy({ path })).toHaveStatus(403)
  })

  test('who is not the owner, and no administrator, may not hand it to somebody else', async () => {
    const organization_canonical = acme()
    const { ada, eve } = await scenario(
      server,
      organization(organization_canonical, role('editor', ['organization:infra_policy:*']), member('ada'), member('eve', 'editor')),
    )
    const path = { organization_canonical, infra_policy_canonical: 'one' }
    await ada.createInfraPolicy({ path, body: policy('one') })
    expect(await eve.updateInfraPolicy({ path, body: { ...updateOf(policy('one')), owner: 'eve' } })).toBeError('Invalid', 'body.owner')
    expect(await eve.updateInfraPolicy({ path, body: updateOf(policy('one')) })).toHaveStatus(200)
  })

  test('a key may check plans, and policies of the parent do not bind its children', async () => {
    const [parent, below] = [acme(), acme()]
    const { ada, robot } = await scenario(
      server,
      organization(
        parent,
        member('ada'),
        child(below, apiKey('robot', ['organization:infra_policy:validate']), project('web', environment('prod'))),
      ),
    )
    await ada.createInfraPolicy({ path: { organization_canonical: parent }, body: policy('one') })
    const tfplan = JSON.stringify({ format_version: '1.2', planned_values: {} })
    const path = { organization_canonical: below, project_canonical: 'web', environment_canonical: 'prod' }
    const answer = await robot.validateProjectInfraPolicies({ path, body: { tfplan } })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toEqual({ criticals: [], warnings: [], advisories: [] })
    expect(await robot.getInfraPolicies({ path: { organization_canonical: below } })).toHaveStatus(403)
  })
})
