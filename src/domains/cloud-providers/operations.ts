import type { DomainHandlers } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { assertEntered } from '../organizations/entered.ts'
import { providers } from './providers.ts'

export const cloudProviders: DomainHandlers<'cloud-providers'> = {
  async getCloudProviders({ read, may }, { query }) {
    await read(assertEntered)
    const seen = numbered.filter(({ canonical }) => may('organization:cloud_provider:list', `cloud_provider:${canonical}`))
    const { rows, pagination } = pageOf(seen, query)
    return { data: rows, pagination }
  },
}

const numbered = providers.map((provider, index) => ({ id: index + 1, ...provider }))
