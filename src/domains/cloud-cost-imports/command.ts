/** What the operator's command does: bills that lie on the disk become months of an account. */

import { isCanonical } from '../../canonical.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { type Database, insideOf } from '../../db/pool.ts'
import { createFileAccount } from '../cloud-cost-accounts/accounts.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { assertTakesFiles, failImport, isOver, periodOf } from './imports.ts'
import * as queries from './queries.ts'

export interface Wanted {
  organization: string
  account: string
  /** For people. */
  sourceName: string
  /** Only this month, `2026-07`. */
  month?: string | undefined
  force?: boolean | undefined
  /** Canonical of its provider: the account is made when there is none yet. */
  create?: string | undefined
}

export interface Begun {
  organizationId: number
  importId: number
}

/** What keeps the command from beginning, for the operator. */
export class CommandRefused extends Error {}

/** @throws CommandRefused, ApiError */
export async function beginCommand(database: Database, wanted: Wanted): Promise<Begun> {
  const { organization, account: canonical, create } = wanted
  const organizationId = await AccountTx.read(database, { kind: 'platform' }, (tx) => queries.findOrganizationCalled(tx, organization))
  if (organizationId === null) throw new CommandRefused(`there is no organization ${organization}`)
  return OrgTx.write(database, insideOf(organizationId), async (tx) => {
    if (create !== undefined && !(await queries.findAccount(tx, canonical))) await makeAccount(tx, canonical, create)
    const account = await queries.findAccount(tx, canonical)
    if (!account)
      throw new CommandRefused(`there is no cloud cost account ${canonical} in ${organization}: --create --provider <canonical> makes one`)
    assertTakesFiles(account, '--account')
    const { id } = await queries.insertImport(tx, {
      cost_account_id: account.id,
      source: 'command',
      source_name: wanted.sourceName.slice(0, 200),
      forced: wanted.force ?? false,
      period: wanted.month === undefined ? null : periodOf(wanted.month, '--month'),
      user_id: null,
      alive_at: new Date(),
      started_at: null,
      ended_at: null,
    })
    const message = `The operator of the platform began to import bills of ${account.name}: ${wanted.sourceName}`
    await insertEvent(tx, event('update', 'A cloud cost account has been updated', message, canonical))
    return { organizationId, importId: id }
  })
}

async function makeAccount(tx: OrgTx, canonical: string, provider: string): Promise<void> {
  if (!isCanonical(canonical))
    throw new CommandRefused(
      `${canonical} cannot be the canonical of an account: it is 3 to 100 small letters, digits, - and _, and begins and ends with a letter or digit`,
    )
  const everything = { mayRead: () => true, may: () => true, userId: null, assertMayCreate: () => {} }
  await createFileAccount(tx, { name: canonical, canonical, cloud_provider: provider as 'aws' }, everything)
  const message = `The operator of the platform created the cloud cost account ${canonical}`
  await insertEvent(tx, event('create', 'A cloud cost account has been created', message, canonical))
}

/** The command is ended by its user. */
export const giveUpCommand = (database: Database, { organizationId, importId }: Begun): Promise<void> =>
  OrgTx.write(database, insideOf(organizationId), async (tx) => {
    const row = await queries.lockImport(tx, importId)
    if (row && !isOver(row)) await failImport(tx, row, 'The command was interrupted: run it again, and it goes on where it was')
  })

/** How it ended, in words, whoever ended it; undefined: it is gone, with its account. */
export const findEnd = (database: Database, { organizationId, importId }: Begun): Promise<string | undefined> =>
  OrgTx.read(database, insideOf(organizationId), async (tx) => (await queries.findImport(tx, importId))?.message)

/** What came of it. */
export const listBrought = (database: Database, { organizationId, importId }: Begun): Promise<queries.MonthRow[]> =>
  OrgTx.read(database, insideOf(organizationId), (tx) => queries.listMonthsOfImports(tx, [importId]))

const event = (action: string, title: string, message: string, name: string) =>
  auditEvent({ entity: 'account', action, title, message, tags: { name, user: 'The operator' } })
