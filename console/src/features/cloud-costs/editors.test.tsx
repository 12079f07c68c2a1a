// @vitest-environment jsdom
import { useSearch } from '@tanstack/react-router'
import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { refresh } from '@/api/query.ts'
import { openStage } from '@/kit/test-stage.tsx'
import { BudgetPage, type BudgetSearch } from './budget-page.tsx'
import messages from './messages/en.json'
import { TagsPage } from './tags-page.tsx'

const stage = openStage({ 'cloud-costs': messages })
const meanwhile = 'A newer version was saved meanwhile'
const leaving = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))

describe('the form of a budget', () => {
  const budget = (name: string, updated_at: number) => ({
    canonical: 'all',
    name,
    amount: '100',
    currency: 'USD',
    span: 'month',
    span_begin: '2026-07-01',
    span_end: '2026-08-01',
    filters: {},
    thresholds: [{ percent: 80, of: 'actual' }],
    recipients: [],
    enabled: true,
    owner: { username: 'ada', given_name: 'Ada', family_name: 'Lovelace' },
    alerts: [],
    spent: '10',
    problem: '',
    state: 'within',
    updated_at,
  })
  const Page = () => <BudgetPage organization="acme" budget="all" search={useSearch({ strict: false }) as BudgetSearch} />
  const name = () => screen.getByLabelText(/^Name/) as HTMLInputElement
  const open = async () => {
    stage.answers['getCostBudget'] = budget('All', 1)
    stage.answers['getOrgMembers'] = [{ username: 'ada', given_name: 'Ada', family_name: 'Lovelace' }]
    stage.answers['getCloudCosts'] = { buckets: [], cost: 0, kwh: 0, co2e: 0 }
    const route = '/organizations/$organization/cloud-cost-management/budgets/$budget'
    stage.show(<Page />, route, '/organizations/acme/cloud-cost-management/budgets/all?edit=true')
    await screen.findByLabelText(/^Name/)
  }

  test('keeps what is being typed when somebody else saves the budget, and says that they did', async () => {
    await open()
    await userEvent.type(name(), ' of mine')
    stage.answers['getCostBudget'] = budget('Theirs', 2)
    await act(() => refresh('getCostBudget'))
    expect(await screen.findByText(meanwhile)).toBeTruthy()
    expect(name().value).toBe('All of mine')
    expect(leaving()).toBe(true)
    await userEvent.click(screen.getByRole('button', { name: 'Discard mine, show the newer' }))
    expect(name().value).toBe('Theirs')
    expect(leaving()).toBe(false)
  })

  test('is left without a question when it was saved', async () => {
    await open()
    await userEvent.type(name(), ' of mine')
    stage.answers['updateCostBudget'] = budget('All of mine', 2)
    stage.answers['getCostBudget'] = budget('All of mine', 2)
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByRole('heading', { level: 1, name: 'All of mine' })).toBeTruthy()
    expect(screen.queryByText('Leave without saving?')).toBeNull()
  })

  test('offers no way to take the owner away, which does nothing', async () => {
    await open()
    expect(screen.getByText('Who answers for it. Choose somebody else to hand it over.')).toBeTruthy()
    expect(document.querySelector('[aria-label="Clear: Owner"]')).toBeNull()
  })
})

describe('the tag mapping', () => {
  const mapping = (key: string, updated_at: number) => ({ project_tags: [key], environment_tags: [], component_tags: [], updated_at })
  const keys = () => screen.getAllByRole('button', { name: /^Remove / }).map((button) => button.getAttribute('aria-label'))
  const expression = () => screen.getAllByLabelText('Expression for other keys')[0] as HTMLInputElement
  const open = async () => {
    stage.answers['getCloudCostManagementTagMapping'] = mapping('Project', 1)
    stage.answers['previewCloudCostTagMapping'] = {}
    stage.show(<TagsPage organization="acme" />)
    await screen.findAllByLabelText('Expression for other keys')
    await userEvent.type(expression(), '^mine')
  }

  test('keeps what is being typed when somebody else saves it, and says that they did', async () => {
    await open()
    stage.answers['getCloudCostManagementTagMapping'] = mapping('Team', 2)
    await act(() => refresh('getCloudCostManagementTagMapping'))
    expect(await screen.findByText(meanwhile)).toBeTruthy()
    expect([expression().value, keys()]).toEqual(['^mine', ['Remove Project']])
    expect(leaving()).toBe(true)
    await userEvent.click(screen.getByRole('button', { name: 'Discard mine, show the newer' }))
    expect([expression().value, keys()]).toEqual(['', ['Remove Team']])
  })

  test('goes on from what was saved', async () => {
    await open()
    const saved = { ...mapping('Project', 2), project_regex: '^mine' }
    stage.answers['putCloudCostManagementTagMapping'] = saved
    stage.answers['getCloudCostManagementTagMapping'] = saved
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(stage.asked('getCloudCostManagementTagMapping').length).toBeGreaterThan(1))
    expect(expression().value).toBe('^mine')
    expect(screen.queryByText(meanwhile)).toBeNull()
    expect(leaving()).toBe(false)
  })
})
