import type { DemoRepositories } from './repositories.ts'
import { call, chapter, step } from './steps.ts'

/** From a catalogue to a component: a person fills in a form, and the platform writes the files. */
export async function buildComponent({ org, repositories }: { org: string; repositories: DemoRepositories }): Promise<void> {
  const { stack, catalogue, newestCommit } = repositories
  const ref = `${org}:${stack.canonical}`
  chapter('A stack becomes a component')
  await step(
    'registers a catalogue, which is scanned',
    () =>
      call('POST', `/organizations/${org}/service_catalog_sources`, {
        name: 'Catalogue',
        url: catalogue,
        branch: 'stacks',
        visibility: 'shared',
      }),
    ({ body }) => body.data.service_catalogs.map((one: { ref: string }) => one.ref).join(', '),
  )
  await step(
    'refuses a repository outside of what is allowed',
    () => call('GET', `/organizations/${org}/branches?git_url=${encodeURIComponent('https://169.254.169.254/latest.git')}`),
    422,
  )
  await step(
    'looks at its form',
    () => call('GET', `/organizations/${org}/service_catalogs/${ref}/config?project_canonical=web-shop&use_case=${stack.useCase}`),
    ({ body }) =>
      body.data[stack.useCase].forms.sections
        .map((section: { name: string; groups: unknown[] }) => `${section.name} (${section.groups.length})`)
        .join(', '),
  )
  const vars = await filled(org, ref, stack)
  const components = `/organizations/${org}/projects/web-shop/environments/staging/components`
  await step(
    'previews the files, without writing any',
    () =>
      call('POST', `/organizations/${org}/projects/web-shop/environments/staging/forms/config`, {
        service_catalog_ref: ref,
        component_canonical: 'front',
        use_case: stack.useCase,
        vars,
      }),
    ({ body }) => body.data.pipeline.variables.destination,
  )
  await step(
    'creates a component',
    () => call('POST', components, { name: 'Front', canonical: 'front', service_catalog_ref: ref, use_case: stack.useCase, vars }),
    ({ body }) => `${body.data.canonical}, from ${body.data.service_catalog.ref}`,
  )
  await step(
    'finds the commit in the config repository',
    async () => ({ status: 200, body: newestCommit() }),
    ({ body }) => `\n${(body as string).replace(/^/gm, '             ')}`,
  )
  await step(
    'reads the values back from git',
    () => call('GET', `${components}/front/config`),
    ({ body }) => JSON.stringify(body.data).slice(0, 120),
  )
  await step('refuses to delete the stack, which is in use', () => call('DELETE', `/organizations/${org}/service_catalogs/${ref}`), 409)
  await step(
    'refuses to delete the environment, which is not empty',
    () => call('DELETE', `/organizations/${org}/projects/web-shop/environments/staging`),
    422,
  )
}

/** What a client does: the defaults of the form, and something for every field that needs a value and has none. */
async function filled(org: string, ref: string, { useCase, vars }: DemoRepositories['stack']): Promise<DemoRepositories['stack']['vars']> {
  const { body } = await call('GET', `/organizations/${org}/service_catalogs/${ref}/config`)
  const all: DemoRepositories['stack']['vars'] = structuredClone(vars)
  for (const section of body.data[useCase].forms.sections)
    for (const group of section.groups)
      for (const { key, type, required, default: fallback } of group.vars) {
        const value =
          fallback ?? (required ? { string: 'demo', integer: 1, float: 1, boolean: true, array: [], map: {} }[type as string] : undefined)
        if (value === undefined) continue
        all[section.name] ??= {}
        const groups = all[section.name] as Record<string, Record<string, unknown>>
        groups[group.name] = { [key]: value, ...groups[group.name] }
      }
  return all
}
