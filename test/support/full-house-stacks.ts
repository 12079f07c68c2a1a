/** The part of a full house that is in git: its config repositories, catalog repositories with stacks, and components made from them. */
import type { House } from './full-house.ts'
import type { Repositories } from './repositories.ts'
import type { TestServer } from './server.ts'
import { webStack } from './web-stack.ts'
import { must } from './workshop.ts'

/** Values for the form of every stack here that is not about something else. */
export const formValues = (region: string) => ({ Server: { Pipeline: { region } } })

/**
 * Two config repositories and two catalog repositories. `catalogue` has `web-stack` (shared), `quiet-stack` (hidden) and the
 * blueprint `plan-stack`; `only-<marker>` has a stack of that name, which is local. In web/prod there are `front`, made from
 * `web-stack`, `only-<marker>`, and `busy`, of which a change is under way.
 */
export async function furnishWithGit(
  server: TestServer,
  repositories: Repositories,
  { admin, canonical, marker }: Pick<House, 'admin' | 'canonical' | 'marker'>,
): Promise<void> {
  const only = `only-${marker}`
  const path = { organization_canonical: canonical }
  await must(
    admin.createCredential({
      path,
      body: { name: `Git of ${marker}`, canonical: 'git', path: 'git', type: 'basic_auth', raw: { username: 'git', password: marker } },
    }),
  )
  for (const config of ['config', only])
    await must(
      admin.updateConfigRepository({
        path: { ...path, config_repository_canonical: config },
        body: {
          name: `Name ${marker}`,
          url: repositories.make(`${marker}-config-${config}`, { config: { 'README.md': `# ${marker}\n` } }),
          branch: 'config',
          credential_canonical: 'git',
          default: config === 'config',
        },
      }),
    )
  const url = repositories.make(`${marker}-stacks`, {
    stacks: {
      ...marked(webStack('web-stack'), marker),
      ...marked(webStack('quiet-stack'), marker),
      ...marked(blueprint('plan-stack'), marker),
    },
    only: marked(webStack(only), marker),
  })
  for (const [source, branch] of [
    ['catalogue', 'stacks'],
    [only, 'only'],
  ] as const)
    await must(
      admin.createServiceCatalogSource({ path, body: { name: `Name ${marker}`, canonical: source, url, branch, team_canonical: 'core' } }),
    )
  for (const [stack, visibility] of [
    ['web-stack', 'shared'],
    ['quiet-stack', 'hidden'],
  ])
    await must(
      admin.updateServiceCatalog({
        path: { ...path, service_catalog_ref: `${canonical}:${stack}` },
        body: { visibility: visibility as string, team_canonical: 'core' },
      }),
    )
  for (const stack of ['web-stack', only]) {
    const drawn = { ...path, service_catalog_ref: `${canonical}:${stack}` }
    await must(admin.updateServiceCatalogTerraformDiagram({ path: drawn, body: { by: marker } }))
    await must(admin.updateServiceCatalogTerraformImage({ path: drawn, body: { image: Buffer.from(marker).toString('base64') } }))
  }
  for (const [component, stack] of [
    ['front', 'web-stack'],
    [only, only],
  ])
    await must(
      admin.createComponent({
        path: { ...path, project_canonical: 'web', environment_canonical: 'prod' },
        body: {
          name: `Name ${marker}`,
          canonical: component as string,
          description: marker,
          service_catalog_ref: `${canonical}:${stack}`,
          use_case: 'default',
          vars: formValues(marker),
        },
      }),
    )
  await begin(server, canonical)
}

/** As if its process had died a moment ago; nobody looks after it, as there is no job. */
async function begin({ database }: TestServer, canonical: string): Promise<void> {
  await database.query(
    `with busy as (
       insert into components (organization_id, environment_id, canonical, name, stack_organization_id, stack_id, use_case, vars, is_ready)
       select c.organization_id, c.environment_id, 'busy', c.name, c.stack_organization_id, c.stack_id, c.use_case, c.vars, true
       from components c join organizations o on o.id = c.organization_id where o.canonical = $1 and c.canonical = 'front'
       returning organization_id, id)
     insert into component_changes (organization_id, component_id, change, kind, config_repository_id, intended, actor, finish_by)
     select busy.organization_id, busy.id, gen_random_uuid()::text, 'update', r.id, '{}', '{}', now() + interval '1 day'
     from busy join config_repositories r on r.organization_id = busy.organization_id and r.canonical = 'config'`,
    [canonical],
  )
}

const blueprint = (canonical: string): Record<string, string> => {
  const files = webStack(canonical)
  const definition = `${canonical}/.cycloid.yml`
  return { ...files, [definition]: `${files[definition]}template: true\n` }
}

const marked = (files: Readonly<Record<string, string>>, marker: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replaceAll('A web server', marker).replaceAll('# Web', `# ${marker}`).replaceAll('# Where', `# ${marker}: where`),
    ]),
  )
