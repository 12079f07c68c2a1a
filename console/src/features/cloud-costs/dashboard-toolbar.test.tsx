// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import { openStage } from '@/kit/test-stage.tsx'
import { DashboardToolbar } from './dashboard-toolbar.tsx'
import messages from './messages/en.json'
import type { CostSearch } from './search.ts'

const stage = openStage({ 'cloud-costs': messages })
const asked: Partial<CostSearch>[] = []

function Bar() {
  const [search, setSearch] = useState<CostSearch>({ from: '2026-07-01', to: '2026-07-31' })
  const go = (change: Partial<CostSearch>) => {
    asked.push(change)
    setSearch({ ...search, ...change })
  }
  return <DashboardToolbar search={search} go={go} />
}

const field = (label: string) => screen.getByLabelText(label) as HTMLInputElement
const days = () => [field('From').value, field('To').value]
const type = (label: string, ...texts: string[]) => {
  field(label).focus()
  for (const value of texts) {
    fireEvent.keyDown(field(label), { key: value.slice(-1) })
    fireEvent.change(field(label), { target: { value } })
  }
}

describe('the period of the costs', () => {
  const open = async () => {
    asked.length = 0
    stage.show(<Bar />)
    await screen.findByLabelText('From')
  }

  test('is typed by keyboard: the field stays while its year is typed, and asks when Enter is pressed or the focus goes', async () => {
    await open()
    const from = field('From')
    type('From', '0002-06-01', '0020-06-01', '0202-06-01', '2025-06-01')
    expect(asked).toEqual([])
    await userEvent.keyboard('{Enter}')
    expect(asked).toMatchObject([{ from: '2025-06-01', to: '2026-07-31' }])
    expect(field('From')).toBe(from)
    expect(document.activeElement).toBe(from)
    type('From', '2025-05-01')
    await userEvent.tab()
    expect(asked[1]).toMatchObject({ from: '2025-05-01' })
    expect(days()).toEqual(['2025-05-01', '2026-07-31'])
  })

  test('is asked for at once where a day is chosen, and follows what is chosen elsewhere', async () => {
    await open()
    fireEvent.change(field('To'), { target: { value: '2026-07-15' } })
    expect(asked).toMatchObject([{ from: '2026-07-01', to: '2026-07-15' }])
    await userEvent.click(screen.getByRole('button', { name: 'One period earlier' }))
    expect(days()).toEqual(['2026-06-16', '2026-06-30'])
  })

  test('begins no earlier than any cloud, and says so', async () => {
    await open()
    type('From', '0002-06-01')
    await userEvent.tab()
    expect(asked).toEqual([])
    expect(screen.getByText('From 1990 on')).toBeTruthy()
  })

  test('is said to be reversed, and right again when the other day is moved too', async () => {
    await open()
    type('From', '2026-08-05')
    await userEvent.tab()
    expect(asked).toEqual([])
    expect(screen.getByText('This is before the first day')).toBeTruthy()
    type('To', '2026-08-20')
    await userEvent.tab()
    expect(asked).toMatchObject([{ from: '2026-08-05', to: '2026-08-20' }])
    expect(screen.queryByText('This is before the first day')).toBeNull()
  })
})
