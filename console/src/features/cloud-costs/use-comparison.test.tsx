// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { queryClient } from '@/api/query.ts'
import { openStage } from '@/kit/test-stage.tsx'
import { DashboardCards } from './dashboard-cards.tsx'
import messages from './messages/en.json'
import { addDays, type Day, stepsOf } from './period.ts'
import type { CostSearch } from './search.ts'
import { useComparison } from './use-comparison.ts'
import { questionOf, useCosts } from './use-costs.ts'

const stage = openStage({ 'cloud-costs': messages })
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-07-20T12:00:00Z') }))
afterEach(() => void vi.useRealTimers())

function Cards({ search }: { search: CostSearch }) {
  const question = questionOf(search, 'USD')
  const costs = useCosts('acme', question).data
  const comparison = useComparison('acme', question, costs)
  return costs && <DashboardCards organization="acme" search={search} costs={costs} comparison={comparison} />
}

/** Ten dollars a day, up to and with the last day that was billed. */
function steady(last: Day) {
  stage.answers['getCloudCosts'] = ({ query }: { query: { begin: Day; end: Day; group_by: string[] } }) => {
    const days = stepsOf({ begin: query.begin, end: [query.end, addDays(last, 1)].sort()[0] ?? last }, 'day')
    const sums = (value: string, count: number, buckets: unknown[] = []) => ({ value, cost: count * 10, kwh: count, co2e: count, buckets })
    const inside = query.group_by.reduceRight<unknown[]>((buckets, name) => [sums(name, 1, buckets)], [])
    return { ...sums('', days.length), energy_coverage: 1, buckets: days.map((day) => sums(day, 1, inside)) }
  }
}

describe('costs against the period before', () => {
  test('that are the same every day have not changed, although the newest bills are still to come', async () => {
    steady('2026-07-18')
    stage.show(<Cards search={{ period: '7d' }} />)
    expect(await screen.findByText(/\$40\.00 in Jul 14 – Jul 17, 2026, \$40\.00 in Jul 7 – Jul 10, 2026/)).toBeTruthy()
    expect(screen.getAllByText('0%')).toHaveLength(3)
  })

  test('of a period that is all billed are compared whole', async () => {
    steady('2026-07-18')
    stage.show(<Cards search={{ from: '2026-07-01', to: '2026-07-10' }} />)
    expect(await screen.findByText(/^\$100\.00 in Jun 21 – Jun 30, 2026$/)).toBeTruthy()
    expect(screen.getAllByText('0%')).toHaveLength(3)
  })

  test('are compared with nothing while no day is billed whole', async () => {
    steady('2026-07-10')
    stage.show(<Cards search={{ period: '7d' }} />)
    await screen.findByText('Total')
    await waitFor(() => expect(queryClient.isFetching()).toBe(0))
    expect(stage.asked('getCloudCosts').length).toBeGreaterThan(1)
    expect(screen.queryByText(/ in .* 2026/)).toBeNull()
  })
})
