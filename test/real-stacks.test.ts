/** Every real public stack goes the whole way: scanned, its form, its files, and a component that keeps the values it was given. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Schema } from '../src/contract/operation.ts'
import { realCatalogue, realDefinitions, stacksAreThere, whyNoStacks } from './support/real-stacks.ts'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { gitIn, must, openWorkshop, type Workshop } from './support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const files = stacksAreThere ? realCatalogue() : {}
const folders = Object.keys(files).flatMap((path) => (path.endsWith('/.cycloid.yml') ? [path.slice(0, -'/.cycloid.yml'.length)] : []))
const canonicalOf = (folder: string) => /^canonical:\s*['"]?([\w-]+)/m.exec(files[`${folder}/.cycloid.yml`] ?? '')?.[1] ?? folder

let workshop: Workshop
const stacksOf = async () => {
  const path = { organization_canonical: workshop.org, service_catalog_source_canonical: 'catalogue' }
  return (await must(workshop.ada.getServiceCatalogSource({ path }))).body.data?.service_catalogs ?? []
}
const configOf = async (folder: string) => {
  const path = { organization_canonical: workshop.org, service_catalog_ref: `${workshop.org}:${canonicalOf(folder)}` }
  const query = { project_canonical: 'shop', environment_canonical: 'prod' }
  return (await must(workshop.ada.getServiceCatalogConfig({ path, query }))).body.data ?? {}
}

describe.skipIf(!stacksAreThere)(`real stacks (${whyNoStacks})`, () => {
  beforeAll(async () => {
    workshop = await openWorkshop(server, repositories, files)
  }, 60_000)

  test('are all found by one scan', async () => {
    expect(realDefinitions().length).toBe(19)
    expect((await stacksOf()).map(({ canonical }) => canonical).sort()).toEqual(folders.map(canonicalOf).sort())
  })

  test('have forms without mistakes', async () => {
    expect((await stacksOf()).filter(({ form_enabled }) => !form_enabled).map(({ canonical }) => canonical)).toEqual([])
  })

  describe.each(folders)('%s', (folder) => {
    test('answers its use cases, with every token filled in that is known', async () => {
      const config = await configOf(folder)
      expect(Object.keys(config).length).toBeGreaterThan(0)
      for (const useCase of Object.values(config)) {
        expect(useCase.pipeline.pipeline.content).not.toMatch(/\(\$-? \.(project|environment|org|organization|api_url)\b[^$]*\$\)/)
        expect(useCase.pipeline.variables.destination).not.toContain('($ .project')
      }
    })

    test('becomes components, whose typed values read back unchanged', async () => {
      for (const [useCase, config] of Object.entries(await configOf(folder))) {
        const environment_canonical = `${folder}-${useCase}`.replaceAll('_', '-')
        await must(
          workshop.ada.createEnvironment({ path: workshop.at, body: { name: environment_canonical, canonical: environment_canonical } }),
        )
        const at = { ...workshop.at, environment_canonical }
        const vars = valuesFor(config.forms)
        const created = await workshop.ada.createComponent({
          path: at,
          body: { name: 'Web', canonical: 'web', service_catalog_ref: `${workshop.org}:${canonicalOf(folder)}`, use_case: useCase, vars },
        })
        expect(created).toHaveStatus(200)
        const current = await must(workshop.ada.getComponentConfig({ path: { ...at, component_canonical: 'web' } }))
        expect(current.body.data).toMatchObject(vars)
        const written = Object.entries(repositories.files(workshop.config, 'config')).filter(([path]) =>
          path.includes(environment_canonical),
        )
        expect(written.length).toBeGreaterThan(0)
        for (const [path, text] of written) expect([path, /\(\$.*\$\)/.exec(text)?.[0]]).toEqual([path, undefined])
      }
    }, 60_000)
  })
})

type Vars = Record<string, Record<string, Record<string, unknown>>>

/** Something for every field of the groups that are always shown: other than the default where the field is free. */
function valuesFor(form: Schema<'FormUseCase'> | undefined): Vars {
  const vars: Vars = {}
  for (const section of form?.sections ?? [])
    for (const group of section.groups)
      for (const entity of group.vars) {
        const value = valueFor(entity)
        if (value === undefined || group.condition) continue
        vars[section.name] = { ...vars[section.name], [group.name]: { ...vars[section.name]?.[group.name], [entity.key]: value } }
      }
  return vars
}

/** Of each rule that the real forms have, a text that follows it. */
const candidates = [
  'pool1',
  'my-project-1',
  'eu-west-3',
  'europe-west1',
  'europe-west1-b',
  '10.0.0.0/16',
  '1.29',
  'ssh-rsa AAAAB3Nza me@here',
]

function valueFor({ type, widget, values, validations, key, default: fallback }: Schema<'FormEntity'>): unknown {
  if (widget === 'slider_range' && Array.isArray(values)) return Math.floor((Number(values[0]) + Number(values[1])) / 2)
  if (Array.isArray(values) && !['auto_complete', 'simple_text'].includes(widget)) {
    const last = values.at(-1)
    const value = typeof last === 'object' && last !== null ? (last as { value: unknown }).value : last
    return type === 'array' ? [value] : value
  }
  if (widget === 'hidden') return undefined
  const rules = (validations ?? []).flatMap((rule) => (rule as { regexp?: string }).regexp ?? [])
  if (rules.length > 0) return candidates.find((text) => rules.every((rule) => new RegExp(rule).test(text)))
  if (fallback !== undefined && typeof fallback === 'object') return undefined
  switch (type) {
    case 'integer':
      return 14
    case 'float':
      return 2.2
    case 'boolean':
      return fallback !== true
    case 'array':
      return ['hello', false, 1, 1.1]
    case 'map':
      return { a: 1, b: { c: ['d'] } }
    case 'string':
      return `"${key}": 'ü' # ${'x'.repeat(90)}`
  }
}
