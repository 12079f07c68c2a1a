/** What the fuzz test knows of the house it asks about: names that are there, bodies that make sense, things to delete. */
import { expect } from 'vitest'
import type { OperationId } from '../../src/contract/operations.ts'
import type { House } from './full-house.ts'
import { lineConfig } from './full-house-pipelines.ts'
import { formValues } from './full-house-stacks.ts'
import type { AnyQuestion, Known } from './questions.ts'
import type { Random } from './random.ts'
import type { Repositories } from './repositories.ts'
import type { TestServer } from './server.ts'
import { webStack } from './web-stack.ts'
import { must } from './workshop.ts'

/** Values by the names of parameters and properties. Addresses need no name server: a test must not depend on one. */
export async function knownOf({ database }: TestServer, repositories: Repositories, house: House): Promise<Known> {
  // The first member is the administrator, who has to stay.
  const others = await database.query<{ id: string }>(`select id from members where organization_id = $1 order by id offset 1`, [house.id])
  const { canonical: org, marker } = house
  const both = Object.entries(house.shared).map(([name, values]) => [name, [...values, ...(house.own[name] ?? [])]])
  const numbers = ['jwt', 'external_backend_id', 'inventory_resource_id', 'quota_id', 'state_version_id']
  const stacks = `${repositories.folder}/${marker}-stacks.git`
  return {
    ...Object.fromEntries(both),
    ...Object.fromEntries(numbers.map((name) => [name, house.own[name] ?? []])),
    ...textsOf(marker),
    organization_canonical: [org],
    member_id: others.map(({ id }) => Number(id)),
    role_canonical: ['deployer', 'organization-member', `only-${marker}`],
    roles_canonical: ['deployer', 'organization-member'],
    owner: [`wil-${marker}`, `ada-${marker}`],
    username: [`wil-${marker}`, `nil-${marker}`, 'nobody-at-all'],
    user_canonical: [`wil-${marker}`],
    credential_canonical: ['git', 'git-ssh', 'aws'],
    canonical: ['web', 'core', 'aws', 'new-one', 'deployer'],
    action: ['organization:project:read', 'organization:**', 'organization:team:create', 'organization:nothing:read'],
    resources: [`organization:${org}:project:*`, 'organization:**'],
    entity_canonicals: ['web', 'core'],
    order_by: ['project_name:asc', 'team_name:desc', 'organization_canonical:asc', 'user_canonical', 'service_catalog_name:desc'],
    service_status_canonical: ['database', 'jobs'],
    type: ['aws', 'ssh', 'custom', 'Custom', 'info'],
    url: [stacks, stacks, `${repositories.folder}/nowhere.git`, 'https://192.0.2.1/a.git', 'git@127.0.0.1:acme/config.git'],
    git_url: [stacks, `${repositories.folder}/${marker}-config-config.git`, '/etc/a.git', 'git@127.0.0.1:acme/config.git'],
    branch: ['stacks', 'only', 'nothing', 'config'],
    email: [`wil-${marker}@example.com`, 'somebody@example.com'],
    visibility: ['local', 'shared', 'hidden'],
    service_catalog_ref: [`${org}:web-stack`, `${org}:web-stack`, `${org}:only-${marker}`, `${org}:quiet-stack`, `${org}:plan-stack`],
    component_canonical: ['front', 'front', `only-${marker}`, 'busy', 'nothing'],
    destination_project_canonical: ['web'],
    destination_environment_canonical: ['prod', `only-${marker}`, `only-${marker}`],
    vars: [
      formValues('eu'),
      { Server: { Pipeline: { region: 'us', labels: { a: [1, null] }, things: [1.5, 'x'], bucket: '($ .org $)' }, Size: {} } },
      { Server: { Pipeline: { region: 7 }, Size: { 'module.web.count': 'many', 'module.web.instance_type': 'huge' } } },
      // Names that every object inherits, at each level.
      JSON.parse('{"__proto__":{"polluted":{"a":1}},"constructor":{"polluted":{"a":1}},"toString":{"polluted":{"a":1}}}'),
      JSON.parse('{"Server":{"__proto__":{"polluted":1},"constructor":{"polluted":1},"Pipeline":{"__proto__":{"polluted":1}}}}'),
      {},
    ],
  }
}

/** What only makes sense together: without it the questions would all end at the same first refusal. */
export function suited(random: Random, id: OperationId, question: AnyQuestion, house: House, projectVersion: number): AnyQuestion {
  const { path, body } = question
  if (typeof body !== 'object' || body === null || random.chance(0.3)) return question
  const kind = random.pick([
    { type: 'aws', raw: { access_key: 'a', secret_key: 'b' } },
    { type: 'ssh', raw: { ssh_key: 'k' } },
    { type: 'custom', raw: { raw: { any: 'thing' } } },
  ])
  const fresh = `made-${random.integer(1, 1e9)}`
  const component = { service_catalog_ref: `${house.canonical}:web-stack`, use_case: 'default', vars: formValues(fresh) }
  const more: Partial<Record<OperationId, object>> = {
    createCredential: { ...kind, path: `path-${random.integer(1, 1e9)}`, canonical: fresh },
    updateCredential: { type: 'aws', raw: { access_key: 'c', secret_key: 'd' }, canonical: path['credential_canonical'] },
    updateAppearance: { canonical: path['appearance_canonical'] },
    updateTeam: { canonical: path['team_canonical'] },
    updateProject: { updated_at: projectVersion },
    updateUserAccount: {
      username: `user-${random.integer(1, 1e9)}`,
      mfa_enabled: false,
      emails: [{ email: `a${random.integer(1, 1e9)}@example.com`, purpose: 'primary' }],
      password_update: undefined,
    },
    login: { email: undefined, username: `ada-${house.marker}`, password: 'correct horse battery', organization_canonical: undefined },
    createServiceCatalogSource: { canonical: fresh, credential_canonical: undefined },
    createServiceCatalog: { canonical: fresh },
    createServiceCatalogFromTemplate: { canonical: fresh, use_case: 'default' },
    updateServiceCatalogTerraform: {
      config: { resource: { thing: { [fresh]: { size: random.integer(1, 9), tags: ['a', { b: null }] } } } },
    },
    createComponent: { ...component, canonical: fresh, cloud_provider_canonical: undefined },
    updateComponent: { use_case: 'default', vars: formValues(fresh) },
    interpolateFormsConfig: component,
    createConfigRepositoryConfig: { configs: [{ path: `notes/${random.integer(1, 5)}`, content: Buffer.from(fresh).toString('base64') }] },
    validateFormsFile: { form_file: formFile(random) },
    createPipeline: { pipeline_name: fresh, ...(random.chance(0.2) ? { passed_config: undefined } : passed(random, house)) },
    updatePipeline: passed(random, house),
    diffPipeline: passed(random, house),
    createKpi: kpi(random, house),
    updateKpi: kpi(random, house),
    checkResource: random.pick([{}, { version: `v-${house.marker}` }, { version: 'another', more: 'x' }]),
  }
  // Of all stacks one is a blueprint.
  const place: Partial<Record<OperationId, object>> = {
    createServiceCatalogFromTemplate: { service_catalog_ref: `${house.canonical}:plan-stack` },
    updateServiceCatalogTerraform: { use_case_canonical: 'default' },
  }
  return { ...question, path: { ...path, ...place[id] }, body: { ...body, ...more[id] } }
}

function formFile(random: Random): object {
  const widget = random.pick(['simple_text', 'dropdown', 'number', 'slider_range', 'nothing'])
  const type = random.pick(['string', 'integer', 'array', 'map', 'nothing'])
  const field = { name: 'A', key: random.pick(['a', 'b', '']), type, widget, values: random.pick([['x'], 'x', undefined]), default: 'x' }
  const groups = [
    { name: 'G', technologies: ['terraform'], condition: random.pick(['$a == "x"', '$a ==', undefined]), vars: [field, field] },
  ]
  return { version: random.pick(['1', '2', '3', 3]), use_cases: [{ name: 'default', sections: [{ name: 'S', groups }] }] }
}

/** Of pipelines: good, wrong in one place, and meant to do harm. */
const textsOf = (marker: string): Known => ({
  passed_config: [
    lineConfig(marker),
    lineConfig(marker, 'changed'),
    'jobs: [{name: a, plan: [{get: nothing}]}]',
    'jobs: [{name: a, plan: [{task: t, config: {platform: linux, run: {path: sh}}}]}]',
    'jobs: [{name: __proto__, plan: [{do: []}]}]\n__proto__: {resources: []}\nconstructor: 1',
    `a: &a [${'x, '.repeat(50)}]\n${Array.from({ length: 12 }, (_, at) => `b${at}: &b${at} [${'*a, '.repeat(20)}]`).join('\n')}`,
    `jobs: ${'['.repeat(5000)}`,
    'resources: [{name: r, type: mock, source: ((a.b.c))}]\njobs: [{name: ((a)), plan: [{get: r, trigger: true}]}]',
    'jobs: [{name: a, plan: [{in_parallel: {limit: -1, steps: [{try: {do: []}}]}}], on_failure: {across: []}}]',
    '\t: -',
    '"\ud800": 1',
  ],
  yaml_vars: ['region: eu', 'a: {b: {c: {initial_version: v}}}', 'a: 1\na: 2', '- a', '__proto__: {polluted: 1}', '{', ''],
  pin_comment: ['', 'because', '\u0000', 'x'.repeat(20_000)],
  filter_version: [`version:v-${marker}`, 'version:', ':x', '__proto__:x', 'a:b:c'],
  concourse_pipeline_name: ['line', 'nothing'],
  cache_path: ['', 'a', '../a'],
})

const passed = (random: Random, { marker }: House): object => ({
  passed_config: lineConfig(marker, `note-${random.integer(1, 9)}`),
  yaml_vars: random.pick(['region: eu', '', undefined]),
  check_credentials: random.pick([true, false, undefined]),
})

function kpi(random: Random, { marker }: House): object {
  const measured = random.pick([{ pipeline_name: 'line', job_name: 'test' }, { job_name: 'test' }, { pipeline_name: '', job_name: '' }, {}])
  return {
    name: 'A measure',
    canonical: undefined,
    config: undefined,
    ...{ pipeline_name: undefined, job_name: undefined },
    ...random.pick([
      { type: 'build_avg_time', widget: 'bars', ...measured },
      { type: 'build_history', widget: 'pie', ...measured },
      { type: 'build_frequency', widget: 'summary', ...measured },
      { type: 'code_coverage', widget: 'doughnut' },
      { type: 'time_to_release', widget: 'stackbars', config: { envs: ['prod', `only-${marker}`] } },
    ]),
  }
}

/** Below a pipeline nothing is found unless all of its path is right: mostly it is. */
export async function linePlace({ database }: TestServer, house: House): Promise<Known> {
  const ids = async (table: string) =>
    (await database.query<{ id: string }>(`select id from ${table} where organization_id = $1 order by id`, [house.id])).map(({ id }) => id)
  return {
    project_canonical: ['web'],
    environment_canonical: ['prod'],
    component_canonical: ['front'],
    inpath_pipeline_name: ['line'],
    job_name: ['test', 'test', 'hold'],
    resource_name: ['repo', 'repo', 'image'],
    build_id: await ids('engine_builds'),
    resource_version_id: (await ids('engine_versions')).map(Number),
    config_version: [1, 2, 3],
    compare_to: [1, 2, 3],
    step_name: ['work'],
  }
}

const spareNames = Array.from({ length: 8 }, (_, index) => `spare-${index}`)

/** Things to delete, and to change beyond recognition, so that what other questions need stays. */
export async function makeSpares({ admin, canonical: org }: House, repositories: Repositories): Promise<Known> {
  const path = { organization_canonical: org }
  const git = { type: 'ssh' as const, raw: { ssh_key: 'key' } }
  await must(admin.createCredential({ path, body: { name: 'git-ssh', canonical: 'git-ssh', path: 'git-ssh', ...git } }))
  const url = repositories.make(`${org}-spares`, {
    ...Object.fromEntries(spareNames.map((name) => [name, webStack(`of-${name}`)])),
    many: Object.assign({}, ...spareNames.map((name) => webStack(name))),
  })
  await must(admin.createServiceCatalogSource({ path, body: { name: 'many', canonical: 'many', url, branch: 'many' } }))
  for (const canonical of spareNames) {
    const body = { name: canonical, canonical }
    const made = await Promise.all([
      admin.createRole({ path, body: { ...body, rules: [{ action: 'organization:project:read', effect: 'allow', resources: [] }] } }),
      admin.createConfigRepository({
        path,
        body: { ...body, url: 'git@git.example.com:spare.git', branch: 'config', credential_canonical: 'git-ssh', default: false },
      }),
      admin.createProject({ path, body: { ...body, config_repository_canonical: 'config' } }),
      admin.createTeam({ path, body: { ...body, roles_canonical: ['organization-member'] } }),
      admin.createCredential({ path, body: { ...body, path: canonical, ...git } }),
      admin.createEnvironment({ path: { ...path, project_canonical: 'web' }, body }),
      admin.createServiceCatalogSource({ path, body: { ...body, url, branch: canonical } }),
      admin.createComponent({
        path: { ...path, project_canonical: 'web', environment_canonical: 'prod' },
        body: { ...body, service_catalog_ref: `${org}:web-stack`, use_case: 'default', vars: formValues('eu') },
      }),
    ])
    for (const answer of made) expect(answer).toHaveStatus(200)
  }
  const front = { ...path, project_canonical: 'web', environment_canonical: 'prod', component_canonical: 'front' }
  const kpis: string[] = []
  for (const pipeline_name of spareNames) {
    await must(admin.createPipeline({ path: front, body: { pipeline_name, passed_config: lineConfig(pipeline_name) } }))
    const body = { name: pipeline_name, type: 'build_history', widget: 'history' } as const
    kpis.push((await must(admin.createKpi({ path: front, body }))).body.data.canonical)
  }
  const entities = ['role', 'config_repository', 'project', 'team', 'environment', 'service_catalog_source', 'component', 'credential']
  return {
    ...Object.fromEntries(entities.map((entity) => [`${entity}_canonical`, spareNames])),
    service_catalog_ref: spareNames.map((name) => `${org}:${name}`),
    inpath_pipeline_name: spareNames,
    // Renamed to one another, they can be found again.
    pipeline_name: spareNames,
    kpi_canonical: kpis,
  }
}
