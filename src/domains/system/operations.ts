import type { DomainHandlers } from '../../contract/operation.ts'
import { notFound, serviceDown } from '../../errors.ts'
import { anyUser } from '../accounts/queries.ts'
import { listInstallationProviders } from '../sso/saml-installation.ts'
import { checkers, runCheck, summarize } from './checks.ts'
import { countries } from './countries.ts'
import { viewOAuth } from './view.ts'

export const system: DomainHandlers<'system'> = {
  async getConfig({ platform, read }) {
    const { passwordLogin, oauth } = platform.config
    const authentication = {
      local: { enabled: passwordLogin, first_account: !(await read(anyUser)) },
      oauth: viewOAuth(oauth),
      saml2: await listInstallationProviders(platform),
    }
    return { data: { authentication, sentry_enabled: false } }
  },

  async getCountries() {
    return { data: [...countries] }
  },

  async getStatus({ platform }) {
    const checks = await Promise.all(checkers.map((checker) => runCheck(platform, checker)))
    return { data: { ...summarize(checks), checks } }
  },

  async getServiceStatus({ platform }, { path }) {
    const checker = checkers.find(({ canonical }) => canonical === path.service_status_canonical)
    if (!checker) throw notFound(`check ${path.service_status_canonical}`)
    const check = await runCheck(platform, checker)
    if (check.status === 'Error') throw serviceDown(check.message)
    return { data: check }
  },

  async getAppVersion({ platform }) {
    return { data: platform.config.version }
  },
}
