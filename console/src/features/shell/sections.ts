/** The places of an organization: what stands in the navigation, what the palette finds, and which right opens each. */
import {
  IconActivity,
  IconApi,
  IconBinaryTree,
  IconChartBar,
  IconCloudDollar,
  IconCpu,
  IconCreditCard,
  IconDatabase,
  IconFingerprint,
  IconFolders,
  IconGauge,
  IconGitBranch,
  IconHome,
  IconKey,
  IconPackages,
  IconPalette,
  IconPlugConnected,
  IconRoute,
  IconServer,
  IconSettings,
  IconShieldCheck,
  IconStack2,
  IconUserShield,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import type { OperationId } from '@/api/types.ts'
import type shell from './messages/en.json'

type Key = keyof (typeof shell)['places']

export interface Place {
  key: Key
  /** Below the organization's own address; '' for that itself. */
  to: string
  needs: OperationId
  icon: typeof IconHome
}

const place = (key: Key, to: string, needs: OperationId, icon: typeof IconHome): Place => ({ key, to, needs, icon })

export const groups = [
  {
    key: 'work',
    places: [
      place('overview', '', 'getSummary', IconHome),
      place('projects', '/projects', 'getProjects', IconFolders),
      place('pipelines', '/pipelines', 'getPipelines', IconRoute),
      place('kpis', '/kpis', 'getOrganizationKpis', IconChartBar),
      place('events', '/events', 'getEvents', IconActivity),
    ],
  },
  {
    key: 'catalogue',
    places: [
      place('stacks', '/catalogue', 'listServiceCatalogs', IconStack2),
      place('sources', '/catalogue-sources', 'getServiceCatalogSources', IconPackages),
      place('configRepositories', '/config-repositories', 'listConfigRepositories', IconGitBranch),
    ],
  },
  {
    key: 'govern',
    places: [
      place('inventory', '/inventory', 'listInventoryResources', IconServer),
      place('policies', '/policies', 'getInfraPolicies', IconShieldCheck),
      place('cloudCosts', '/cloud-cost-management', 'getCloudCostManagementDashboard', IconCloudDollar),
      place('quotas', '/quotas', 'listQuotas', IconGauge),
      place('resourcePools', '/resource-pools', 'listResourcePools', IconDatabase),
      place('credentials', '/credentials', 'listCredentials', IconKey),
    ],
  },
  {
    key: 'people',
    places: [
      place('members', '/members', 'getOrgMembers', IconUsers),
      place('teams', '/teams', 'getTeams', IconUsersGroup),
      place('roles', '/roles', 'getRoles', IconUserShield),
      place('apiKeys', '/api-keys', 'getAPIKeys', IconApi),
      place('identityProviders', '/identity-providers', 'listIdentityProviders', IconFingerprint),
    ],
  },
  {
    key: 'organization',
    places: [
      place('children', '/children', 'getChildren', IconBinaryTree),
      place('externalBackends', '/external-backends', 'getExternalBackends', IconPlugConnected),
      place('workers', '/workers', 'getWorkers', IconCpu),
      place('appearances', '/appearances', 'listAppearances', IconPalette),
      place('billing', '/billing', 'getSubscription', IconCreditCard),
      place('settings', '/settings', 'getOrg', IconSettings),
    ],
  },
] as const satisfies readonly { key: keyof (typeof shell)['groups']; places: readonly Place[] }[]

export const places: readonly Place[] = groups.flatMap((group) => [...group.places])
