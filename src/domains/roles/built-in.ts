/** The roles every organization starts with. They cannot be changed: own roles are made beside them. */

export interface BuiltInRole {
  canonical: string
  name: string
  description: string
  actions: readonly string[]
}

const reading = (...entities: string[]) => entities.flatMap((entity) => [`organization:${entity}:read`, `organization:${entity}:list`])

const looking = [
  'organization:read',
  'organization:policy:list',
  'organization:cloud_provider:list',
  ...reading('member', 'team', 'team:member', 'role', 'appearance', 'service_catalog'),
]
const projectEntities = ['project', 'environment', 'component', 'pipeline', 'job', 'build', 'resource', 'kpi']
const viewing = [
  ...looking,
  ...reading(...projectEntities),
  'organization:project:favorite',
  'organization:kpi:favorite',
  'organization:pipeline:synced',
  'organization:log:read',
  'organization:infrastructure:read',
]

export const adminRole = 'organization-admin'

export const builtInRoles: readonly BuiltInRole[] = [
  {
    canonical: adminRole,
    name: 'Organization admin',
    description: 'May do everything in the organization and in its descendants.',
    actions: ['organization:**'],
  },
  {
    canonical: 'organization-member',
    name: 'Organization member',
    description: 'Sees the organization, its people, stacks and projects; teams give more.',
    actions: [...looking, ...reading('project'), 'organization:project:favorite'],
  },
  {
    canonical: 'default-project-viewer',
    name: 'Project viewer',
    description: 'Sees all projects and what is in them, without secrets.',
    actions: viewing,
  },
  {
    canonical: 'default-project-creator',
    name: 'Project creator',
    description: 'Sees all projects and may start new ones, which are then their own.',
    actions: [...viewing, ...reading('config_repository'), 'organization:project:create'],
  },
  {
    canonical: 'default-project-manager',
    name: 'Project manager',
    description: 'May do everything with projects and what is in them.',
    actions: [
      ...viewing,
      ...reading('config_repository'),
      ...projectEntities.map((entity) => `organization:${entity}:**`),
      'organization:form:*',
      'organization:infra_policy:validate',
      'organization:cost_estimation:create',
      'organization:event:*',
      'organization:credential:list',
    ],
  },
  {
    canonical: 'default-no-permissions',
    name: 'No permissions',
    description: 'May do nothing by itself; teams may give more.',
    actions: [],
  },
]
