// @vitest-environment jsdom
import { useRouterState, useSearch } from '@tanstack/react-router'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { openStage, refused } from '@/kit/test-stage.tsx'
import { AnomaliesPage } from './anomalies-page.tsx'
import messages from './messages/en.json'
import type { AnomalySearch } from './pages-search.ts'

const stage = openStage({ 'cloud-costs': messages })
const anomaly = (status: string) => ({
  id: 17,
  day: '2026-07-14',
  provider: 'aws',
  service: 'AmazonEC2',
  project: 'web',
  currency: 'USD',
  cost: '412',
  expected: '120',
  reason: 'AmazonEC2 of project web cost 412.00 USD',
  causes: [],
  status,
  updated_at: 1,
})

function Page() {
  const href = useRouterState({ select: ({ location }) => location.href })
  const search = useSearch({ strict: false }) as AnomalySearch
  return (
    <>
      <AnomaliesPage organization="acme" search={search} />
      <output>{href}</output>
    </>
  )
}
const route = '/organizations/$organization/cloud-cost-management/anomalies'
const open = () => stage.show(<Page />, route, '/organizations/acme/cloud-cost-management/anomalies?anomaly=17')

describe('a link to an anomaly', () => {
  test('opens it, also when the list does not hold it', async () => {
    stage.answers['getCostAnomaly'] = anomaly('closed')
    open()
    expect(await screen.findByText('AmazonEC2 of project web cost 412.00 USD')).toBeTruthy()
    expect(stage.asked('getCostAnomaly')[0]?.path).toMatchObject({ anomaly_id: 17 })
  })

  test('says in words that there is none', async () => {
    stage.answers['getCostAnomaly'] = refused(404, 'There is no anomaly 17')
    open()
    expect(await screen.findByText('There is no anomaly 17')).toBeTruthy()
  })

  test('leads nowhere once it is judged, also when that is undone', async () => {
    stage.answers['getCostAnomaly'] = anomaly('open')
    stage.answers['updateCostAnomaly'] = ({ body }: { body: { status: string } }) => anomaly(body.status)
    open()
    await userEvent.click(await screen.findByRole('button', { name: 'It is settled' }))
    await waitFor(() => expect(screen.getByRole('status', { hidden: true }).textContent).not.toContain('anomaly='))
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
    expect(stage.asked('updateCostAnomaly').map(({ body }) => body['status'])).toEqual(['closed', 'open'])
    expect(screen.queryByText('AmazonEC2 of project web cost 412.00 USD')).toBeNull()
  })
})
