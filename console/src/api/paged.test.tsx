/** Lists of which one page does not come. */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { useEffect } from 'react'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import * as client from '@/api/client.ts'
import { DataTable } from '@/kit/data-table.tsx'
import common from '../i18n/messages/en.json'
import { usePagedList } from './paged.ts'
import { Problem } from './problem.ts'

beforeAll(() => i18next.use(initReactI18next).init({ lng: 'en', defaultNS: 'common', resources: { en: { common } } }))
afterEach(() => void vi.restoreAllMocks())

/** Somebody has scrolled to the second page. */
function Members() {
  const rows = usePagedList('getOrgMembers', { path: { organization_canonical: 'acme' } })
  const { show } = rows
  const last = rows.total === undefined ? 0 : 150
  useEffect(() => show(0, last), [show, last])
  return (
    <>
      <DataTable label="Members" rows={{ ...rows, show() {} }} columns={[]} rowKey={({ id }) => id} empty={null} />
      <p>{(rows.rowAt(149) as { name: string } | undefined)?.name ?? 'on its way'}</p>
    </>
  )
}

test('a page further down that is refused is said, and asked for again on its own', async () => {
  const asked: unknown[] = []
  let isBroken = true
  vi.spyOn(client, 'call').mockImplementation((async (_: string, { query }: { query: { page_index: number } }) => {
    asked.push(query.page_index)
    if (query.page_index === 2 && isBroken) throw new Problem(500, [{ code: 'Unexpected', message: 'It broke' }])
    const data = Array.from({ length: 100 }, (_, index) => ({ id: index, name: `${query.page_index}-${index}` }))
    return { data, pagination: { total: 200 } }
  }) as never)
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Members />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect((await screen.findByRole('alert')).textContent).toContain('It broke')
  expect(screen.getByRole('table', { name: 'Members' })).toBeTruthy()
  expect(asked).toEqual([1, 2])
  isBroken = false
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('2-49')).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(asked).toEqual([1, 2, 2])
})
