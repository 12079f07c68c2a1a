/** Licences: a signed key gives a root organization, and all below it, so many seats until a day. */
import { countAttempt } from '../../access/attempts.ts'
import { licenceEnd } from '../../access/standing.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, notFound } from '../../errors.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { dayOf, type LicenceClaims, readLicence } from './licence-token.ts'
import * as queries from './queries.ts'
import { assertRoot } from './root.ts'
import { viewLicence } from './view.ts'

export const licences = {
  async getLicence({ read, organization }) {
    const licence = await read(queries.findLicence)
    if (!licence) throw notFound('licence')
    return { data: viewLicence(licence, organization.parent_id === null) }
  },

  /** For anybody: the key is checked before the organization is looked up, so who has none learns nothing of organizations. */
  async activateLicence({ platform, request, write }, { path, body }) {
    const attempt = await countAttempt(platform, request, 'licence', body.key)
    const claims = await readLicence(body.key, platform.config)
    await write(async (tx) => {
      const root = await queries.findRoot(tx, path.organization_canonical)
      if (root === undefined) throw notFound(`organization ${path.organization_canonical}`)
      await tx.inOrganization(root, null, (inside) => putInForce(inside, body.key.trim(), claims))
    })
    await attempt.giveBack()
    return undefined
  },

  async deleteLicence(context) {
    await assertRoot(context, 'take the licence out of force')
    await context.write(
      async (tx) => {
        const licence = await queries.deleteLicence(tx)
        if (!licence) throw notFound('licence')
        return licence
      },
      ({ company_name }) => ({ name: company_name }),
    )
    return undefined
  },
} satisfies Partial<DomainHandlers<'billing'>>

/**
 * Anybody may do this, so it never takes anything away: a key of which a copy went astray must not be good for cutting its
 * owner's seats.
 * @throws Conflict saying what the present licence, or the number of people, has against it; or that the key is in use elsewhere
 */
async function putInForce(tx: OrgTx, key: string, claims: LicenceClaims): Promise<void> {
  await queries.lockSeats(tx)
  const present = await queries.findOwnLicence(tx)
  if (present?.jti === claims.jti) return
  if (present && licenceEnd(present) > Date.now()) assertNoLess(claims, present)
  const people = await queries.countPeople(tx)
  if (people > claims.members_count)
    throw conflict(
      `The licence has ${seatsText(claims.members_count)}, and ${people} people are members of the root organization and all below it: remove some first, or get a licence with more seats`,
    )
  if (present) await queries.deleteLicence(tx)
  await queries.insertLicence(tx, { key, ...claims })
  const until = dayOf(claims.expires_at)
  const event = auditEvent({
    entity: 'licence',
    action: 'create',
    title: 'A licence has been activated',
    message: `The licence of ${claims.company_name} was activated: ${seatsText(claims.members_count)} until ${until}`,
    tags: { name: claims.company_name, seats: String(claims.members_count), expires_at: until, key_id: claims.jti },
  })
  await insertEvent(tx, event)
}

function assertNoLess(claims: LicenceClaims, present: queries.LicenceRow): void {
  const less = [
    ...(claims.members_count < present.members_count
      ? [`${seatsText(claims.members_count)} instead of ${seatsText(present.members_count)}`]
      : []),
    ...(claims.expires_at < present.expires_at ? [`until ${dayOf(claims.expires_at)} instead of ${dayOf(present.expires_at)}`] : []),
  ]
  if (less.length > 0)
    throw conflict(
      `The licence in force gives more than this one (${less.join(', ')}): an administrator has to take it out of force before this one can be activated`,
    )
}

const seatsText = (count: number) => (count === 1 ? 'one seat' : `${count} seats`)
