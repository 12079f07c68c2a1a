// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { refresh } from '@/api/query.ts'
import { openStage } from '@/kit/test-stage.tsx'
import messages from './messages/en.json'
import { PolicyPage } from './policy-page.tsx'

vi.mock('@/kit/code.tsx', () => ({ Code: () => null }))

const stage = openStage({ policies: messages })
const policy = (name: string, updated_at: number) => ({
  canonical: 'sizes',
  name,
  description: '',
  body: 'package sizes',
  severity: 'warning',
  enabled: true,
  updated_at,
})

test('The form of a policy keeps what is being typed when somebody else saves it, and says that they did', async () => {
  stage.answers['evaluateInfraPolicy'] = { problems: [], findings: [], compatible: true }
  stage.answers['getInfraPolicy'] = policy('Sizes', 1)
  stage.show(<PolicyPage />, '/organizations/$organization/policies/$policy', '/organizations/acme/policies/sizes')
  const name = () => screen.getByLabelText(/^Name/) as HTMLInputElement
  await userEvent.type(await screen.findByLabelText(/^Name/), ' of mine')
  stage.answers['getInfraPolicy'] = policy('Theirs', 2)
  await act(() => refresh('getInfraPolicy'))
  expect(await screen.findByText('A newer version was saved meanwhile')).toBeTruthy()
  expect(name().value).toBe('Sizes of mine')
  await userEvent.click(screen.getByRole('button', { name: 'Discard mine, show the newer' }))
  await waitFor(() => expect(name().value).toBe('Theirs'))
})
