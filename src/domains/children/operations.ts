import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { viewOrganization } from '../organizations/view.ts'
import { foundChild } from './children.ts'
import { listChildren } from './queries.ts'

export const children: DomainHandlers<'children'> = {
  async getChildren({ read, visible, platform }, { query, filters }) {
    const { rows, pagination } = await read((tx) => listChildren(tx, query, filters, visible('organization:child:list')))
    return { data: rows.map((row) => viewOrganization(row, platform.config)), pagination }
  },

  async createChild({ write, actor, assertMayCreate, platform }, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    assertMayCreate(canonical)
    const row = await write((tx) => foundChild(tx, actor, { canonical, name: body.name, master: platform.master }))
    return { data: viewOrganization(row, platform.config) }
  },
}
