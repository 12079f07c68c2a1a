/** AWS Cost and Usage Reports, 1.0 and 2.0: what a line costs. What it is for: cur-kinds.ts. */
import { type Adapter, type Cells, keyOf, type OpenOptions } from './adapter.ts'
import { type CurColumns, curColumns, tagName } from './cur-columns.ts'
import { type CurKind, curKinds } from './cur-kinds.ts'
import { plus, times } from './exact.ts'
import { Cache } from './intern.ts'
import { decimalOf, decimalOrNull, timestampOf } from './numbers.ts'
import { tagTextsOf } from './tags.ts'
import type { Decimal, TagSet } from './types.ts'

export const cur: Adapter = {
  format: 'cur1',
  open(header, options, sink) {
    const columns = curColumns(header, options)
    const kindOf = curKinds(columns, options)
    const tagsFor = tagReader(columns, options)
    const { at, shown } = columns
    const resource = at('lineItem/ResourceId')
    const start = at('lineItem/UsageStartDate')
    const end = at('lineItem/UsageEndDate')
    const billedOf = first(columns, 'lineItem/NetUnblendedCost', 'lineItem/UnblendedCost')
    const effectiveOf = effectiveCost(columns)
    const amount = at('lineItem/UsageAmount')
    const onDemandCost = at('pricing/publicOnDemandCost')

    return (cells) => {
      const kind = kindOf(cells)
      const starts = timestampOf(cells.text(start), shown('lineItem/UsageStartDate'))
      const ends = cells.text(end)
      // A line without any cost is refused, and the message says which cell is empty.
      const billed = billedOf(cells) ?? decimalOf('', shown('lineItem/UnblendedCost'))
      const quantity = decimalOrNull(cells.text(amount), shown('lineItem/UsageAmount'))
      sink.add({
        period: kind.period,
        kind: kind.kind,
        resource: options.memory.resource('aws', cells.text(resource), '', ''),
        tags: tagsFor(cells),
        start: starts,
        end: ends === '' ? starts : timestampOf(ends, shown('lineItem/UsageEndDate')),
        billed,
        effective: effectiveOf(cells, kind) ?? billed,
        list:
          kind.rate !== null && quantity !== null
            ? times(kind.rate, quantity)
            : decimalOrNull(cells.text(onDemandCost), shown('pricing/publicOnDemandCost')),
        contracted: null,
        pricingQuantity: kind.consumes || kind.purchase ? quantity : null,
        consumedQuantity: kind.consumes ? quantity : null,
        extra: null,
      })
    }
  },
}

type Amount = (cells: Cells) => Decimal | null

/** The first of these columns that says something. Net amounts, after private discounts, are there only for those who have some. */
function first({ at, shown }: CurColumns, ...names: string[]): Amount {
  const there = names.map((name) => ({ column: at(name), name: shown(name) })).filter(({ column }) => column >= 0)
  return (cells) => {
    for (const { column, name } of there) {
      const text = cells.text(column)
      if (text !== '') return decimalOf(text, name)
    }
    return null
  }
}

/** What a line costs when commitments that were paid for at once are spread over what they cover. Null: as billed. */
function effectiveCost(columns: CurColumns): (cells: Cells, kind: CurKind) => Decimal | null {
  const reservation = first(columns, 'reservation/NetEffectiveCost', 'reservation/EffectiveCost')
  const savingsPlan = first(columns, 'savingsPlan/NetSavingsPlanEffectiveCost', 'savingsPlan/SavingsPlanEffectiveCost')
  const unusedUpfront = first(
    columns,
    'reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod',
    'reservation/UnusedAmortizedUpfrontFeeForBillingPeriod',
  )
  const unusedRecurring = first(columns, 'reservation/NetUnusedRecurringFee', 'reservation/UnusedRecurringFee')
  const isSpread = columns.at('reservation/NetEffectiveCost') >= 0 || columns.at('reservation/EffectiveCost') >= 0
  const commitment = first(columns, 'savingsPlan/TotalCommitmentToDate')
  const usedCommitment = first(columns, 'savingsPlan/UsedCommitment')
  return (cells, { lineItemType, reserved }) => {
    switch (lineItemType) {
      case 'SavingsPlanCoveredUsage':
        return savingsPlan(cells)
      case 'SavingsPlanRecurringFee': {
        const committed = commitment(cells)
        return committed === null ? null : plus(committed, negated(usedCommitment(cells) ?? '0'))
      }
      case 'SavingsPlanNegation':
      case 'SavingsPlanUpfrontFee':
        return '0'
      case 'DiscountedUsage':
        return reservation(cells)
      case 'RIFee': {
        const upfront = unusedUpfront(cells)
        const recurring = unusedRecurring(cells)
        if (upfront !== null || recurring !== null) return plus(upfront ?? '0', recurring ?? '0')
        // Nothing was left unused, and what was used has its part of the fee already.
        return isSpread ? '0' : null
      }
      case 'Fee':
        return reserved ? '0' : null
      default:
        return null
    }
  }
}

function negated(value: Decimal): Decimal {
  return value.startsWith('-') ? value.slice(1) : `-${value}`
}

/** Each tag is a column of its own, or all are in one as JSON. */
function tagReader({ tags, tagMap }: CurColumns, { memory }: OpenOptions): (cells: Cells) => TagSet | null {
  const key = keyOf([...tags.map(({ column }) => column), ...(tagMap ? [tagMap.column] : [])])
  const known = new Cache<{ set: TagSet | null }>(30_000, 4_000_000)
  return (cells) => {
    const text = key(cells)
    const found = known.get(text)
    if (found) return found.set
    const own = tags.map(({ name, column }) => [name, cells.text(column)] as const).filter(([, value]) => value !== '')
    const mapped = tagMap ? tagTextsOf(cells.text(tagMap.column), tagMap.shown).map(([name, value]) => [tagName(name), value] as const) : []
    const set = memory.tags([...own, ...mapped])
    known.set(text, { set })
    return set
  }
}
