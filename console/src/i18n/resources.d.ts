/** What sentences there are: a key that is none of them does not compile. */

import type access_rules from '../features/access-rules/messages/en.json'
import type account from '../features/account/messages/en.json'
import type appearances from '../features/appearances/messages/en.json'
import type billing from '../features/billing/messages/en.json'
import type catalogue from '../features/catalogue/messages/en.json'
import type cloud_costs from '../features/cloud-costs/messages/en.json'
import type components from '../features/components/messages/en.json'
import type credentials from '../features/credentials/messages/en.json'
import type events from '../features/events/messages/en.json'
import type identity_providers from '../features/identity-providers/messages/en.json'
import type inventory from '../features/inventory/messages/en.json'
import type kpis from '../features/kpis/messages/en.json'
import type members from '../features/members/messages/en.json'
import type organizations from '../features/organizations/messages/en.json'
import type overview from '../features/overview/messages/en.json'
import type pipelines from '../features/pipelines/messages/en.json'
import type policies from '../features/policies/messages/en.json'
import type projects from '../features/projects/messages/en.json'
import type quotas from '../features/quotas/messages/en.json'
import type shell from '../features/shell/messages/en.json'
import type sign_in from '../features/sign-in/messages/en.json'
import type stack_forms from '../features/stack-forms/messages/en.json'
import type workers from '../features/workers/messages/en.json'
import type common from './messages/en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: {
      common: typeof common
      shell: typeof shell
      'sign-in': typeof sign_in
      'access-rules': typeof access_rules
      account: typeof account
      organizations: typeof organizations
      overview: typeof overview
      projects: typeof projects
      components: typeof components
      'stack-forms': typeof stack_forms
      pipelines: typeof pipelines
      catalogue: typeof catalogue
      credentials: typeof credentials
      members: typeof members
      events: typeof events
      'identity-providers': typeof identity_providers
      inventory: typeof inventory
      policies: typeof policies
      'cloud-costs': typeof cloud_costs
      kpis: typeof kpis
      quotas: typeof quotas
      appearances: typeof appearances
      billing: typeof billing
      workers: typeof workers
    }
  }
}
