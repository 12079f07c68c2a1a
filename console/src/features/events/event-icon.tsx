import { ThemeIcon } from '@mantine/core'
import {
  IconAlertHexagon,
  IconAlertTriangle,
  IconBell,
  IconBrandAws,
  IconBuilding,
  IconCircuitSwitchOpen,
  IconCoins,
  IconCube,
  IconExclamationCircle,
  IconFolder,
  IconGitBranch,
  IconInfoCircle,
  IconKey,
  IconPlayerPlay,
  IconServer,
  IconShieldCheck,
  IconStack2,
  IconUser,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { type EventEntry, type Severity, tagOf } from './events-search.ts'

type Icon = ComponentType<{ size?: number }>

export const colourOf: Record<Severity, string> = { info: 'blue', warn: 'yellow', err: 'red', crit: 'red' }

const bySeverity: Record<Severity, Icon> = {
  info: IconInfoCircle,
  warn: IconAlertTriangle,
  err: IconExclamationCircle,
  crit: IconAlertHexagon,
}

const byEntity: Readonly<Record<string, Icon>> = {
  account: IconCoins,
  api_key: IconKey,
  budget: IconCoins,
  build: IconPlayerPlay,
  child: IconBuilding,
  component: IconCube,
  config_repository: IconGitBranch,
  credential: IconKey,
  environment: IconStack2,
  identity_provider: IconUser,
  infra_policy: IconShieldCheck,
  inventory: IconServer,
  member: IconUser,
  organization: IconBuilding,
  pipeline: IconCircuitSwitchOpen,
  project: IconFolder,
  quota: IconServer,
  resource_pool: IconServer,
  role: IconShieldCheck,
  service_catalog_source: IconGitBranch,
  team: IconUser,
  terraform_state: IconStack2,
}

/** What it is about, for what the platform writes; where it comes from, for others; how bad it is, whenever it is bad. */
export function EventIcon({ event }: { event: EventEntry }) {
  const Sign = signOf(event)
  return (
    <ThemeIcon variant="light" color={colourOf[event.severity]} size={36} radius="xl" aria-hidden>
      <Sign size={20} />
    </ThemeIcon>
  )
}

function signOf(event: EventEntry): Icon {
  if (event.severity !== 'info') return bySeverity[event.severity]
  if (event.type === 'AWS') return IconBrandAws
  if (event.type === 'Monitoring') return IconBell
  const entity = tagOf(event, 'entity') ?? ''
  return (Object.hasOwn(byEntity, entity) ? byEntity[entity] : undefined) ?? IconInfoCircle
}
