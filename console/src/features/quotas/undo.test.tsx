// @vitest-environment jsdom
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { openStage, refused } from '@/kit/test-stage.tsx'
import messages from './messages/en.json'
import { PoolsPage } from './pools-page.tsx'
import { QuotasPage } from './quotas-page.tsx'

// Without a screen, nothing of a list is on it.
vi.mock('@/kit/data-table.tsx', () => ({
  DataTable: ({
    rows,
    columns,
  }: {
    rows: { total?: number; rowAt: (at: number) => object }
    columns: { key: string; cell: (row: object) => ReactNode }[]
  }) => (rows.total === undefined ? null : columns.map(({ key, cell }) => <div key={key}>{cell(rows.rowAt(0))}</div>)),
}))

const stage = openStage({ quotas: messages })

describe('taking back that something was deleted', () => {
  const remove = async (label: string, verb: string) => {
    await userEvent.click(await screen.findByRole('button', { name: label }))
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: verb }))
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
    expect(await screen.findByText('The licence has ended')).toBeTruthy()
  }

  test('says why a quota does not come back', async () => {
    const amounts = { cpu: 1, memory: 1, storage: 1, used_cpu: 0, used_memory: 0, used_storage: 0 }
    stage.answers['listQuotas'] = [
      { id: 1, team: { name: 'Web', canonical: 'web' }, resource_pool: { name: 'Rack', canonical: 'rack' }, ...amounts },
    ]
    stage.answers['createQuota'] = refused(403, 'The licence has ended')
    stage.show(<QuotasPage organization="acme" search={{}} />, '/organizations/$organization/quotas', '/organizations/acme/quotas')
    await remove('Take the quota from Web', 'Delete')
  })

  test('says why a pool does not come back', async () => {
    stage.answers['listResourcePools'] = [
      {
        id: 1,
        name: 'Rack',
        canonical: 'rack',
        label: 'rack',
        cpu: 0,
        memory: 0,
        storage: 0,
        used_cpu: 0,
        used_memory: 0,
        used_storage: 0,
      },
    ]
    stage.answers['createResourcePool'] = refused(403, 'The licence has ended')
    stage.show(
      <PoolsPage organization="acme" search={{}} />,
      '/organizations/$organization/resource-pools',
      '/organizations/acme/resource-pools',
    )
    await remove('Delete Rack', messages.pools.deleteVerb)
  })
})
