import { billingOf, type Entitlement, inUse, standingOf } from '../../access/standing.ts'
import type { Config } from '../../config.ts'
import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { AppearanceRow } from '../appearances/queries.ts'
import { viewAppearance } from '../appearances/view.ts'

export interface OrganizationRow {
  id: number
  canonical: string
  name: string
  ci_team_name: string
  mfa_enabled: boolean
  quotas: boolean
  can_create_appearance: boolean
  can_children_create_appearance: boolean
  has_children: boolean
  parent_canonical: string | null
  /** Its own active one, as JSON, so its times are text; not that of an ancestor. */
  appearance: (Omit<AppearanceRow, 'created_at' | 'updated_at'> & { created_at: string; updated_at: string }) | null
  /** Null where nothing is licensed or paid for; `people` are counted where there is a plan. */
  entitlement: (Entitlement & { people: number | null }) | null
  created_at: Date
  updated_at: Date
}

export function viewOrganization(row: OrganizationRow, config: Config): Schema<'Organization'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    blocked: [...standingOf(row.entitlement, billingOf(config)).blocked],
    ...viewEngine(config),
    ci_team_name: row.ci_team_name,
    ...(row.appearance
      ? {
          appearance: viewAppearance({
            ...row.appearance,
            created_at: new Date(row.appearance.created_at),
            updated_at: new Date(row.appearance.updated_at),
          }),
        }
      : {}),
    has_children: row.has_children,
    ...(row.parent_canonical === null ? {} : { parent_canonical: row.parent_canonical }),
    mfa_enabled: row.mfa_enabled,
    quotas: row.quotas,
    ...viewSubscription(row, config),
    can_create_appearance: row.can_create_appearance,
    can_children_create_appearance: row.can_children_create_appearance,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}

/** What the contract cannot leave out. */
const endOfTime = new Date('9999-12-31T23:59:59Z')

function viewSubscription({ entitlement }: OrganizationRow, config: Config): Pick<Schema<'Organization'>, 'subscription'> {
  const { subscription } = inUse(entitlement, billingOf(config))
  const people = entitlement?.people ?? null
  if (!subscription?.plan_canonical) return {}
  const { plan_canonical, plan_name, expires_at, members_limit } = subscription
  return {
    subscription: {
      plan: { canonical: plan_canonical, name: plan_name ?? plan_canonical },
      expires_at: seconds(expires_at === null ? endOfTime : new Date(expires_at)),
      ...(members_limit === null ? {} : { members_count: members_limit }),
      ...(people === null ? {} : { current_members: people }),
    },
  }
}

/** Where pipelines run: Concourse, or the platform itself. */
function viewEngine({ apiUrl, concourse }: Config): { ci_url: string; ci_port: string } {
  const url = concourse?.url ?? apiUrl
  const { protocol, port } = new URL(url)
  return { ci_url: url, ci_port: port || (protocol === 'https:' ? '443' : '80') }
}
