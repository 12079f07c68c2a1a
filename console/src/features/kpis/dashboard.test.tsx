// @vitest-environment jsdom
import { useRouterState, useSearch } from '@tanstack/react-router'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as client from '@/api/client.ts'
import { openStage } from '@/kit/test-stage.tsx'
import { Dashboard, type DashboardSearch } from './dashboard.tsx'
import messages from './messages/en.json'

const stage = openStage({ kpis: messages })
const address = () => document.querySelector('output')?.textContent
const access = (action: string, ...resources: string[]) => ({
  rules: [{ action, resources }],
  owns: [],
  blocked: [],
  blocked_by: [],
  complete: true,
})
const found = { total: 0, answers: {} as Record<string, unknown> }

function Page({ project }: { project: string | undefined }) {
  const href = useRouterState({ select: ({ location }) => location.href })
  return (
    <>
      <Dashboard organization="acme" project={project} search={useSearch({ strict: false }) as DashboardSearch} />
      <output>{href}</output>
    </>
  )
}

beforeEach(() => {
  found.answers = { getAccess: access('**') }
  vi.spyOn(client, 'call').mockImplementation(async (id) => {
    if (id === 'getKpis' || id === 'getOrganizationKpis') return { data: [], pagination: { total: found.total } } as never
    return { data: found.answers[id] ?? [] } as never
  })
})

describe('the KPIs', () => {
  test('go back to the last page there is, when the only one of a page was deleted', async () => {
    found.total = 48
    stage.show(<Page project={undefined} />, '/organizations/$organization/kpis', '/organizations/acme/kpis?page=3&days=7')
    await waitFor(() => expect(address()).toBe('/organizations/acme/kpis?page=2&days=7'))
    expect(screen.queryByText('There is no KPI yet')).toBeNull()
  })

  test('begin at the first page where they are narrowed', async () => {
    found.total = 48
    found.answers['getProject'] = { environments: [{ canonical: 'prod', name: 'Production' }] }
    const route = '/organizations/$organization/projects/$project/kpis'
    stage.show(<Page project="web" />, route, '/organizations/acme/projects/web/kpis?page=2')
    await userEvent.click(await screen.findByLabelText('Environment', { selector: 'input' }))
    await userEvent.click(await screen.findByRole('option', { name: 'Production', hidden: true }))
    await waitFor(() => expect(address()).toBe('/organizations/acme/projects/web/kpis?environment=prod'))
  })

  test('of all projects are made by who may in any of them', async () => {
    found.total = 0
    found.answers['getAccess'] = access('organization:kpi:create', 'organization:acme:project:web:kpi:*')
    found.answers['getProjects'] = ['shop', 'web'].map((canonical) => ({ canonical, name: canonical }))
    stage.show(<Page project={undefined} />, '/organizations/$organization/kpis', '/organizations/acme/kpis')
    const [button] = await screen.findAllByRole('button', { name: 'New KPI' })
    await waitFor(() => expect(button?.hasAttribute('aria-disabled')).toBe(false))
    await userEvent.click(button as HTMLElement)
    expect(await screen.findByRole('dialog')).toBeTruthy()
  })
})
