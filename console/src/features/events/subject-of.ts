/** Where the thing that an event is about is to be seen. */
import { type EventEntry, tagOf } from './events-search.ts'

export interface Subject {
  to: string
  params: Record<string, string>
  search?: Record<string, unknown>
}

const component = '/organizations/$organization/projects/$project/environments/$environment/components/$component'

/** Of the whole organization: a page for each, or a list that opens it. */
const pages: Readonly<Record<string, (name: string) => { to: string; params?: Record<string, string>; search?: Record<string, unknown> }>> =
  {
    credential: (name) => ({ to: 'credentials', search: { credential: name } }),
    infra_policy: (name) => ({ to: 'policies/$policy', params: { policy: name } }),
    external_backend: () => ({ to: 'external-backends' }),
    inventory: (name) => ({ to: 'inventory', search: { name } }),
    team: (name) => ({ to: 'teams/$team', params: { team: name } }),
    role: (name) => ({ to: 'roles/$role', params: { role: name } }),
    member: () => ({ to: 'members' }),
    api_key: () => ({ to: 'api-keys' }),
    identity_provider: () => ({ to: 'identity-providers' }),
    appearance: () => ({ to: 'appearances' }),
    child: () => ({ to: 'children' }),
    licence: () => ({ to: 'billing' }),
    subscription: () => ({ to: 'billing' }),
    quota: () => ({ to: 'quotas' }),
    resource_pool: () => ({ to: 'resource-pools' }),
    organization: () => ({ to: 'settings' }),
    config_repository: (name) => ({ to: 'config-repositories/$repository', params: { repository: name } }),
    service_catalog_source: (name) => ({ to: 'catalogue-sources/$source', params: { source: name } }),
    budget: (name) => ({ to: 'cloud-cost-management/budgets/$budget', params: { budget: name } }),
    account: (name) => ({ to: 'cloud-cost-management/accounts/$account', params: { account: name } }),
    tag_mapping: () => ({ to: 'cloud-cost-management/tags' }),
  }

/** Undefined for what was deleted, and for what has no page. */
export function subjectOf(event: EventEntry, organization: string): Subject | undefined {
  const entity = tagOf(event, 'entity')
  const name = tagOf(event, 'name') ?? ''
  if (event.type !== 'Cycloid' || !entity) return undefined
  const gone = tagOf(event, 'action') === 'delete'
  const inProject = placeOf(event, organization, entity, name, gone)
  if (inProject) return inProject
  const page = Object.hasOwn(pages, entity) ? pages[entity]?.(name) : undefined
  if (!page || gone) return undefined
  return { ...page, to: `/organizations/$organization/${page.to}`, params: { organization, ...page.params } }
}

function placeOf(event: EventEntry, organization: string, entity: string, name: string, gone: boolean): Subject | undefined {
  const own = (kind: string) => (entity === kind && !gone ? name : undefined)
  const project = tagOf(event, 'project_canonical') ?? own('project')
  const environment = tagOf(event, 'environment_canonical') ?? own('environment')
  const canonical = tagOf(event, 'component_canonical') ?? own('component')
  const pipeline = tagOf(event, 'pipeline_name') ?? tagOf(event, 'pipeline_canonical') ?? own('pipeline')
  if (!project) return undefined
  if (!environment) return { to: '/organizations/$organization/projects/$project', params: { organization, project } }
  if (!canonical)
    return {
      to: '/organizations/$organization/projects/$project/environments/$environment',
      params: { organization, project, environment },
    }
  const params = { organization, project, environment, component: canonical }
  if (entity === 'terraform_state') return { to: `${component}/state`, params }
  if (!pipeline) return { to: component, params }
  const job = tagOf(event, 'job_name') ?? own('job')
  const build = tagOf(event, 'build_canonical')
  if (job && build && !gone)
    return { to: `${component}/pipelines/$pipeline/jobs/$job/builds/$build`, params: { ...params, pipeline, job, build } }
  if (job) return { to: `${component}/pipelines/$pipeline/jobs/$job`, params: { ...params, pipeline, job } }
  const resource = tagOf(event, 'resource_canonical')
  if (resource) return { to: `${component}/pipelines/$pipeline/resources/$resource`, params: { ...params, pipeline, resource } }
  return { to: `${component}/pipelines/$pipeline`, params: { ...params, pipeline } }
}
