import { nameOf } from '../../access/actor.ts'
import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { listTeamMembers, listTeams } from './queries.ts'
import { assignMember, createTeam, getTeam, getTeamMember, removeTeam, unassignMember, updateTeam } from './teams.ts'
import { viewTeam, viewTeamMember } from './view.ts'

export const teams: DomainHandlers<'teams'> = {
  async getTeams({ read, visible }, { query, filters }) {
    const { rows, pagination } = await read((tx) =>
      listTeams(tx, query, filters, visible('organization:team:list', 'organization:team:read')),
    )
    return { data: rows.map(viewTeam), pagination }
  },

  async createTeam(context, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    const team = await context.write((tx) => {
      context.assertMayCreate(canonical)
      return createTeam(tx, context, canonical, body)
    })
    return { data: viewTeam(team) }
  },

  async getTeam({ read }, { path }) {
    return { data: viewTeam(await read((tx) => getTeam(tx, path.team_canonical))) }
  },

  async updateTeam(context, { path, body }) {
    return { data: viewTeam(await context.write((tx) => updateTeam(tx, context, path.team_canonical, body))) }
  },

  async deleteTeam({ write }, { path }) {
    await write((tx) => removeTeam(tx, path.team_canonical))
    return undefined
  },

  async getTeamMembers({ read, visible }, { path, query }) {
    const { rows, pagination } = await read(async (tx) => {
      await getTeam(tx, path.team_canonical)
      return listTeamMembers(tx, path.team_canonical, query, visible('organization:team:member:list', 'organization:team:member:read'))
    })
    return { data: rows.map(viewTeamMember), pagination }
  },

  async assignMemberToTeam(context, { path, body }) {
    const member = await context.write(
      (tx) => assignMember(tx, context, path.team_canonical, body.username),
      ({ username }) => ({ name: username, message: `${nameOf(context.actor)} put ${username} into the team ${path.team_canonical}` }),
    )
    return { data: viewTeamMember(member) }
  },

  async unassignMemberFromTeam({ write, actor }, { path }) {
    await write(
      (tx) => unassignMember(tx, path.team_canonical, path.member_id),
      ({ username }) => ({ name: username, message: `${nameOf(actor)} took ${username} out of the team ${path.team_canonical}` }),
    )
    return undefined
  },

  async getTeamMember({ read }, { path }) {
    return { data: viewTeamMember(await read((tx) => getTeamMember(tx, path.team_canonical, path.member_id))) }
  },
}
