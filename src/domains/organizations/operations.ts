import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { unauthenticated } from '../../errors.ts'
import type { AccountContext } from '../../http/context.ts'
import { usePurchase } from '../marketplace/purchases.ts'
import { listAdministrators } from '../members/queries.ts'
import { viewMember } from '../members/view.ts'
import { mayDo, readQuestion } from './can-do.ts'
import { foundOrganization } from './found.ts'
import { getOrganization, homeOf, removeOrganization, updateOrganization } from './organizations.ts'
import { countContents, findOwnOrganization, listAncestors, listOwnOrganizations } from './queries.ts'
import { viewOrganization } from './view.ts'

export const organizations: DomainHandlers<'organizations'> = {
  async getOrgs(context, { query, filters }) {
    const { rows, pagination } = await context.read((tx) => listOwnOrganizations(tx, personOf(context), query, filters))
    return { data: rows.map((row) => viewOrganization(row, context.platform.config)), pagination }
  },

  async createOrg(context, { body }) {
    const { platform, write } = context
    const founder = personOf(context)
    const canonical = body.canonical ?? canonicalOf(body.name)
    const row = await write(async (tx) => {
      const id = await foundOrganization(
        { execute: (statement) => tx.execute(statement), into: (into, run) => tx.inOrganization(into, founder.id, run) },
        { canonical, name: body.name, parent: null, founder, master: platform.master },
      )
      await usePurchase(tx, founder.id, id)
      return findOwnOrganization(tx, id)
    })
    if (!row) throw new Error('the organization is not its founder’s')
    return { data: viewOrganization(row, platform.config) }
  },

  async getOrg({ read, platform }) {
    const [organization, admins] = await read(async (tx) => [await getOrganization(tx), await listAdministrators(tx)] as const)
    return { data: { ...viewOrganization(organization, platform.config), admins: admins.map(viewMember) } }
  },

  async updateOrg({ write, platform }, { body }) {
    return { data: viewOrganization(await write((tx) => updateOrganization(tx, body)), platform.config) }
  },

  async deleteOrg({ write, organization: { canonical }, request }) {
    // The organization's own events go with it, so the one above keeps this one.
    const { parent_id } = await write(removeOrganization, ({ parent_id: into }) => (into === null ? null : { into, name: canonical }))
    if (parent_id === null) request.log.info({ organization: canonical }, 'a root organization was deleted')
    return undefined
  },

  async getAncestors({ read, platform, actor }) {
    const { rows, pagination } = pageOf(await read((tx) => listAncestors(tx, homeOf(actor))), {})
    return { data: rows.map((row) => viewOrganization(row, platform.config)), pagination }
  },

  async canDo(context, { body }) {
    const ok = await mayDo(context, body.action, readQuestion(body.action, body.entity_canonicals))
    return { data: { ok, entity_canonicals: ok ? body.entity_canonicals : [] } }
  },

  async getSummary({ read }) {
    const { children: _, ...counts } = await read(countContents)
    return { data: counts }
  },
}

/** Keys are refused before a handler of this scope runs. */
function personOf({ actor }: AccountContext): { id: number; name: string; confinedTo: number | null } {
  if (actor.kind !== 'user') throw unauthenticated('This is about a person')
  return { id: actor.id, name: actor.username, confinedTo: actor.confinedTo }
}
