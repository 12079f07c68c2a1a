// @vitest-environment jsdom
import { useSearch } from '@tanstack/react-router'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import * as upload from '@/api/upload.ts'
import { openStage } from '@/kit/test-stage.tsx'
import { AccountPage } from './account-page.tsx'
import messages from './messages/en.json'
import type { AccountSearch } from './pages-search.ts'

const stage = openStage({ 'cloud-costs': messages })
const Page = () => <AccountPage organization="acme" account="bills" search={useSearch({ strict: false }) as AccountSearch} />

test('a bill on its way is not lost by looking at another tab: it is asked about, and goes on when somebody stays', async () => {
  let signal: AbortSignal | undefined
  vi.spyOn(upload, 'uploadBill').mockImplementation((_path, _file, options) => {
    signal = options.signal
    return new Promise(() => {})
  })
  stage.answers['getCloudCostManagementAccount'] = { canonical: 'bills', name: 'Bills', cloud_provider: { name: 'AWS' }, status: 'idle' }
  const route = '/organizations/$organization/cloud-cost-management/accounts/$account'
  stage.show(<Page />, route, '/organizations/acme/cloud-cost-management/accounts/bills')
  await screen.findByText('Upload a bill')
  const input = document.querySelector<HTMLInputElement>('input[type=file]')
  await userEvent.upload(input as HTMLInputElement, new File(['a'], 'july.csv'))
  await userEvent.click(screen.getByRole('tab', { name: 'Months' }))
  await screen.findByText(/^july\.csv is on its way/)
  await userEvent.click(screen.getByRole('button', { name: 'Stay here' }))
  expect(signal?.aborted).toBe(false)
  expect(screen.getByText(/^july\.csv .* sent$/)).toBeTruthy()
  await userEvent.click(screen.getByRole('tab', { name: 'Months' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Leave' }))
  expect(signal?.aborted).toBe(true)
})
