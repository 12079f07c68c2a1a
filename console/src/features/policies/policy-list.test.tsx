// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { openStage, refused } from '@/kit/test-stage.tsx'
import messages from './messages/en.json'
import { Enabled } from './policy-list.tsx'

const stage = openStage({ policies: messages })
const listed = { canonical: 'sizes', name: 'Sizes', description: '', body: 'old text', severity: 'warning', enabled: true } as never

describe('the switch of a policy in the list', () => {
  const turn = async () => {
    stage.show(<Enabled organization="acme" policy={listed} />)
    await userEvent.click(await screen.findByRole('switch'))
  }

  test('leaves alone what somebody else wrote since the list was read', async () => {
    stage.answers['getInfraPolicy'] = { ...(listed as object), body: 'newer text', owner: { username: 'ada' } }
    await turn()
    expect(await screen.findByText('Sizes is disabled')).toBeTruthy()
    expect(stage.asked('updateInfraPolicy').map(({ body }) => body)).toEqual([
      { name: 'Sizes', description: '', body: 'newer text', severity: 'warning', owner: 'ada', enabled: false },
    ])
  })

  test('says that it was refused, and nothing else', async () => {
    stage.answers['getInfraPolicy'] = listed
    stage.answers['updateInfraPolicy'] = refused(403, 'You may not change this policy')
    await turn()
    expect(await screen.findByText('You may not change this policy')).toBeTruthy()
    expect(screen.queryByText('Sizes is disabled')).toBeNull()
    await waitFor(() => expect((screen.getByRole('switch') as HTMLInputElement).checked).toBe(true))
  })
})
