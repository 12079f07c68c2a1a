/**
 * What components take of their team's quotas. A change of a component reserves in the transaction that begins it, with the rows of
 * the quotas locked, so that no two changes see the same room. Until the change is settled the component holds the larger of what
 * it had and what it asks for: whether the change succeeds or is undone, what it then needs is there.
 */
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid } from '../../errors.ts'
import { beyond, combined, dimensions, inWords, minus } from '../resource-pools/amounts.ts'
import type { Amounts } from '../resource-pools/queries.ts'
import * as queries from './queries.ts'

/** Goes with the change of a component: what stays when it succeeds, and what when it does not. */
export interface Consumption {
  before: queries.Part[]
  after: queries.Part[]
}

export interface Asking {
  environmentId: number
  /** Null when nobody worked them out, since quotas were off. */
  amounts: Amounts | null
  /**
   * Of a component that is there: what it is like now. One that was made while quotas were off is in nobody's way, until it grows
   * or moves.
   */
  present: { environmentId: number; amounts: Amounts } | null
}

const nothing: Amounts = { cpu: 0, memory: 0, storage: 0 }

/**
 * @returns undefined when the component takes nothing, before and after
 * @throws Invalid when no quota of the team has room, saying what is asked and what is left; Conflict when quotas were switched on
 * after the amounts were left out
 */
export async function reserve(
  tx: OrgTx,
  componentId: number,
  { environmentId, amounts, present }: Asking,
): Promise<Consumption | undefined> {
  const { areOn, parts: before } = await queries.readConsumption(tx, componentId)
  if (areOn && amounts === null) throw conflict('Quotas were switched on meanwhile: repeat your change')
  const asked = whole(amounts ?? nothing)
  if (!areOn || beyond(asked, nothing).length === 0) return before.length > 0 ? { before, after: [] } : undefined
  const place = await queries.findTeamOfEnvironment(tx, environmentId)
  if (before.length === 0 && present && beyond(asked, whole(present.amounts)).length === 0) {
    const now = await queries.findTeamOfEnvironment(tx, present.environmentId)
    if (now?.team_id === place?.team_id) return undefined
  }
  if (!place?.team_id)
    throw invalid(`The component needs ${inWords(asked)} of a quota, and the project ${place?.project ?? ''} has no team: give it one`, [
      `project ${place?.project ?? ''}: must have a team that has a quota`,
    ])
  const quotas = await queries.lockQuotasOfTeam(tx, place.team_id)
  const chosen = choose(quotas, before, asked)
  if (!chosen) throw refused(place.team ?? '', quotas, before, asked)
  const held = before.find(({ quota_id }) => quota_id === chosen.id) ?? nothing
  const meanwhile = { quota_id: chosen.id, ...combined(asked, held, Math.max) }
  await queries.replaceConsumption(tx, componentId, [...before.filter(({ quota_id }) => quota_id !== chosen.id), meanwhile])
  return { before, after: [{ quota_id: chosen.id, ...asked }] }
}

/** The one that the component has, if it can stay there; otherwise the first with room. Less than before is always possible. */
function choose(quotas: readonly queries.TeamQuota[], before: readonly queries.Part[], asked: Amounts): queries.TeamQuota | undefined {
  const isHeld = ({ id }: queries.TeamQuota) => before.some(({ quota_id }) => quota_id === id)
  const fits = (quota: queries.TeamQuota) => {
    const room = leftIn(quota, before)
    const held = before.find(({ quota_id }) => quota_id === quota.id) ?? nothing
    return dimensions.every((one) => asked[one] <= room[one] || asked[one] <= held[one])
  }
  return [...quotas.filter(isHeld), ...quotas.filter((quota) => !isHeld(quota))].find(fits)
}

/** Room for this component: what it holds already is not in its own way. */
const leftIn = (quota: queries.TeamQuota, before: readonly queries.Part[]): Amounts =>
  minus(quota, minus(quota.used, before.find(({ quota_id }) => quota_id === quota.id) ?? nothing))

function refused(team: string, quotas: readonly queries.TeamQuota[], before: readonly queries.Part[], asked: Amounts) {
  if (quotas.length === 0)
    return invalid(`The component needs ${inWords(asked)} of a quota, and the team ${team} has none: give the team a quota`, [
      `team ${team}: has no quota`,
    ])
  const rooms = quotas.map((quota) => `${inWords(leftIn(quota, before))} are left for the team ${team} in the pool ${quota.pool}`)
  return invalid(
    `The component needs ${inWords(asked)}, which is more than ${quotas.length === 1 ? 'is left' : 'any quota has left'}: ${rooms.slice(0, 5).join('; ')}`,
    quotas.flatMap((quota) => {
      const room = leftIn(quota, before)
      return beyond(asked, room).map((one) => `quota ${quota.id} (pool ${quota.pool}): ${one}: ${asked[one]} asked, ${room[one]} left`)
    }),
  )
}

/** Forms may hold fractions and anything else that is a number: what is not one is more than anybody has. */
const whole = ({ cpu, memory, storage }: Amounts): Amounts => ({ cpu: up(cpu), memory: up(memory), storage: up(storage) })
const up = (amount: number) =>
  Number.isNaN(amount) ? Number.MAX_SAFE_INTEGER : Math.min(Math.max(0, Math.ceil(amount)), Number.MAX_SAFE_INTEGER)
