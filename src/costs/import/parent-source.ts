/** The part of another account's bill that is about one cloud account: its lines are read like a FOCUS file. */
import { createHash } from 'node:crypto'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError } from '../../errors.ts'
import { type BillSource, SourceError } from '../../outside/bills/types.ts'
import type { CostScope, CostStore, FocusRow } from '../types.ts'
import * as queries from './queries.ts'
import type { ParentSource } from './work.ts'

export function parentSource(
  { database }: CostScope,
  store: CostStore,
  { organizationId, costAccountId, linkedAccount }: ParentSource,
  only?: string,
): BillSource {
  const scope = { database, organizationId }
  const name = `the bill that covers ${linkedAccount}`
  const remarks: string[] = []
  return {
    name,
    problems: [],
    remarks,
    async list() {
      const { months, kept } = await OrgTx.read(database, insideOf(organizationId), async (tx) => {
        const oldest = queries.oldestKept((await queries.readKeeping(tx)).lines)
        const months = (await queries.listMonths(tx, costAccountId)).filter(
          ({ state, period }) => state === 'active' && (only === undefined || period === only),
        )
        // Lines of older months are not kept; what was taken of them stays.
        const young = months.filter((month) => queries.keptAs(month) >= oldest)
        const whole = await queries.listWithLines(tx, young)
        return { months, kept: young.filter(({ id, lines }) => lines === 0 || whole.has(id)) }
      })
      if (kept.length === 0) remarks.push(nothingOf(months.length, linkedAccount, only))
      return kept.map(({ id, period, activated_at, finalized }) => {
        const digest = createHash('sha256')
          .update(`${id}:${activated_at?.toISOString() ?? ''}:${linkedAccount}`)
          .digest('hex')
        const lines = () => store.lines(scope, { period, costAccountIds: [costAccountId], linkedAccount })
        const file = { name: `${linkedAccount}, ${period.slice(0, 7)}`, size: undefined, digest, bytes: () => csvOf(lines()) }
        return { period, format: 'focus' as const, digest, total: undefined, lines: undefined, finalized, files: [file] }
      })
    },
    close: () => Promise.resolve(),
  }
}

function nothingOf(months: number, linkedAccount: string, only: string | undefined): string {
  const which =
    only === undefined ? `the bill that covers ${linkedAccount}` : `the bill that covers ${linkedAccount} for ${only.slice(0, 7)}`
  return months === 0
    ? `there are no figures of ${which} yet: it has to be imported first, by the account that it belongs to`
    : `the lines of ${which} are not kept any more by the account that it belongs to (lines_months of its settings), so that no part of it can be taken; what was taken before stays`
}

/** What a bill of our own consists of. Columns that the provider added stay with the parent. */
const columns = [
  'AvailabilityZone',
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingAccountType',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'CapacityReservationId',
  'CapacityReservationStatus',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'CommitmentDiscountCategory',
  'CommitmentDiscountId',
  'CommitmentDiscountName',
  'CommitmentDiscountQuantity',
  'CommitmentDiscountStatus',
  'CommitmentDiscountType',
  'CommitmentDiscountUnit',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceId',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingCategory',
  'PricingCurrency',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'RegionId',
  'RegionName',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
  'SkuId',
  'SkuMeter',
  'SkuPriceDetails',
  'SkuPriceId',
  'SubAccountId',
  'SubAccountName',
  'SubAccountType',
  'Tags',
] as const

async function* csvOf(parts: AsyncIterable<FocusRow[]>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${columns.join(',')}\n`)
  try {
    for await (const rows of parts)
      yield Buffer.from(rows.map((row) => `${columns.map((column) => cell(row[column])).join(',')}\n`).join(''))
  } catch (error) {
    // Lines that go while they are read, or went a moment ago: nobody's defect, and whoever waits for them is to know.
    throw error instanceof ApiError && ['NotFoundEntity', 'Conflict'].includes(error.code)
      ? new SourceError(error.message, { cause: error })
      : error
  }
}

const cell = (text = ''): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
