/** Stacks made to keep the platform busy, or to fill its memory: small ones, of files that are each within their bounds. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { quietPipeline } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const list = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join('')
const useCase = (key: string, more = '') => `  ${key}:
    name: Default
    description: One
    pipeline:
      pipeline: {path: pipeline.yml}
      variables: {path: variables.yml, destination: '($ .config_root $)/variables.yml'}
${more}`

function stack(config: string, files: Record<string, string> = {}): Record<string, string> {
  const definition = `version: '4'\nname: Bad\ncanonical: bad\nauthor: Eve\ndescription: Bad\nkeywords: [bad]\nconfig:\n${config}`
  const all = { '.cycloid.yml': definition, 'pipeline.yml': quietPipeline, 'variables.yml': 'a: 1\n', ...files }
  return Object.fromEntries(Object.entries(all).map(([path, text]) => [`bad/${path}`, text]))
}

const form = (technology: string, count: number, value: string) => `version: '3'
use_cases:
  - name: default
    sections:
      - name: S
        groups:
          - name: G
            technologies: [${technology}]
            vars:
${list(count, (index) => `              - {name: V, key: k${index}, type: string, widget: simple_text, default: '${value}'}\n`)}`

/** The longest time in which nothing else had a turn, in milliseconds. */
async function longestPause(run: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = performance.now()
  const look = () => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(look, 5)
  await run()
  look()
  clearInterval(timer)
  return longest
}

test('many use cases with large files are not shown all at once, but each alone', async () => {
  const large = `# ${'x'.repeat(500_000)}\n`
  const bad = stack(
    list(60, (index) => useCase(`use-${index}`)),
    { 'pipeline.yml': large, 'variables.yml': large },
  )
  const { ada, org } = await openWorkshop(server, repositories, bad)
  const path = { organization_canonical: org, service_catalog_ref: `${org}:bad` }
  expect(await ada.getServiceCatalogConfig({ path })).toBeError('Invalid', 'one use case at a time')
  expect(await ada.getServiceCatalogConfig({ path, query: { use_case: 'use-7' } })).toHaveStatus(200)
})

test('variables that could go into several large files do not stop everybody else', async () => {
  const bad = stack(
    useCase(
      'default',
      `    ansible:\n${list(8, (index) => `      a${index}: {path: large.yml, destination: '($ .config_root $)/${index}.yml'}\n`)}`,
    ),
    { 'large.yml': list(20_000, (index) => `line${index}: 1\n`), '.forms.yml': form('ansible', 20, 'x') },
  )
  const { ada, at, org } = await openWorkshop(server, repositories, bad)
  const body = { name: 'Bad', canonical: 'bad', service_catalog_ref: `${org}:bad`, use_case: 'default' }
  expect(await longestPause(() => ada.createComponent({ path: at, body }))).toBeLessThan(4000)
})

test('defaults that are all a lot of work are not all worked on', async () => {
  const heavy = '($ $s := repeat 30000 "ab " $)($ range $i := until 100 $)($ $x := title $s $)($ end $)'
  const { ada, org } = await openWorkshop(server, repositories, stack(useCase('default'), { '.forms.yml': form('pipeline', 200, heavy) }))
  const path = { organization_canonical: org, service_catalog_ref: `${org}:bad` }
  expect(await longestPause(() => ada.getServiceCatalogConfig({ path }))).toBeLessThan(4000)
})

test('a folder that is named again and again does not become files without end', async () => {
  const templates = list(60, (index) => `          - {paths: [c], destination: '($ .config_root $)/${index}'}\n`)
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`c/${index}.txt`, 'x']))
  const { ada, at, org } = await openWorkshop(
    server,
    repositories,
    stack(useCase('default', `    custom:\n      c:\n        templates:\n${templates}`), files),
  )
  const body = { name: 'Bad', canonical: 'bad', service_catalog_ref: `${org}:bad`, use_case: 'default' }
  expect(await ada.createComponent({ path: at, body })).toBeError('Invalid', 'more than 1000 files')
})

test('components of large stacks can still be listed', async () => {
  const { ada, at, org } = await openWorkshop(server, repositories, stack(useCase('default')))
  const body = { name: 'One', canonical: 'one', service_catalog_ref: `${org}:bad`, use_case: 'default' }
  await must(ada.createComponent({ path: at, body }))
  // As five forms of the largest size that is taken in would be kept.
  await server.database.query(
    `insert into stacks (organization_id, source_id, canonical, name, description, author, keywords, technologies, dependencies, cloud_providers,
       directory, definition, form_enabled, quota_enabled, is_blueprint, visibility)
     select s.organization_id, source_id, 'large-' || number, s.name, description, author, keywords, technologies, dependencies, cloud_providers,
       directory, $2::jsonb, form_enabled, quota_enabled, is_blueprint, visibility
     from organizations o join stacks s on s.organization_id = o.id, generate_series(1, 5) number where o.canonical = $1`,
    [org, JSON.stringify({ use_cases: [], filled: 'x'.repeat(4_000_000) })],
  )
  await server.database.query(
    `insert into components (organization_id, environment_id, canonical, name, stack_organization_id, stack_id, use_case, vars, is_ready)
     select c.organization_id, c.environment_id, s.canonical, c.name, s.organization_id, s.id, c.use_case, c.vars, true
     from organizations o join components c on c.organization_id = o.id join stacks s on s.organization_id = o.id
     where o.canonical = $1 and s.canonical like 'large-%'`,
    [org],
  )
  expect((await must(ada.getOrganizationComponents({ path: at }))).body.data).toHaveLength(6)
})
