// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { refresh } from '@/api/query.ts'
import { openStage } from '@/kit/test-stage.tsx'
import messages from './messages/en.json'
import { RolePage } from './role-page.tsx'

const stage = openStage({ 'access-rules': messages })
const role = (name: string, updated_at: number) => ({ canonical: 'ops', name, description: '', default: false, rules: [], updated_at })
const address = '/organizations/acme/roles/ops'

describe('the form of a role', () => {
  const open = async () => {
    stage.answers['getRole'] = role('Ops', 1)
    stage.show(<RolePage />, '/organizations/$organization/roles/$role', address)
    return screen.findByLabelText(/^Name/) as Promise<HTMLInputElement>
  }
  const name = () => (screen.getByLabelText(/^Name/) as HTMLInputElement).value

  test('keeps what is being typed when somebody else saves the role', async () => {
    await userEvent.type(await open(), ' of mine')
    stage.answers['getRole'] = role('Theirs', 2)
    await act(() => refresh('getRole'))
    expect(await screen.findByText('A newer version was saved meanwhile')).toBeTruthy()
    expect(name()).toBe('Ops of mine')
    await userEvent.click(screen.getByRole('button', { name: 'Discard mine, show the newer' }))
    expect(name()).toBe('Theirs')
  })

  test('goes on from what was saved, and asks before more of it is left', async () => {
    await userEvent.type(await open(), ' of mine')
    stage.answers['updateRole'] = role('Ops of mine', 2)
    stage.answers['getRole'] = role('Ops of mine', 2)
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(stage.asked('getRole').length).toBeGreaterThan(1))
    expect(name()).toBe('Ops of mine')
    expect(screen.queryByText('A newer version was saved meanwhile')).toBeNull()
    const leaving = () => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    expect(leaving()).toBe(true)
    await userEvent.type(screen.getByLabelText(/^Name/), '!')
    expect(leaving()).toBe(false)
  })
})
