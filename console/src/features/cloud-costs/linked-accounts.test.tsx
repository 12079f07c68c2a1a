// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { openStage, refused } from '@/kit/test-stage.tsx'
import { RenameForm } from './linked-accounts.tsx'
import messages from './messages/en.json'

const stage = openStage({ 'cloud-costs': messages })

test('Taking back the name of a linked account says why it was refused', async () => {
  const linked = { id: 1, name: 'Web', account_id: '123', cloud_provider: 'aws' } as never
  const path = { organization_canonical: 'acme', account_canonical: 'bill' } as never
  stage.show(<RenameForm path={path} linked={linked} close={() => {}} />)
  await userEvent.type(await screen.findByRole('textbox'), ' shop')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  const undo = await screen.findByRole('button', { name: 'Undo' })
  stage.answers['updateCloudCostManagementLinkedAccount'] = refused(403, 'You may not name it')
  await userEvent.click(undo)
  expect(await screen.findByText('You may not name it')).toBeTruthy()
})
