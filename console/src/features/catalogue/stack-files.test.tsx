// @vitest-environment jsdom
/** The Terraform of a use case, while somebody edits it. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import { refresh } from '@/api/query.ts'
import { openStage } from '@/kit/test-stage.tsx'
import messages from './messages/en.json'
import { StackFiles } from './stack-files.tsx'

vi.mock('@/kit/code.tsx', () => ({
  Code: ({ label, value, onChange }: { label: string; value: string; onChange?: (text: string) => void }) => (
    <textarea aria-label={label} value={value} onChange={(event) => onChange?.(event.currentTarget.value)} />
  ),
}))

const editor = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Terraform' })
const stage = openStage({ catalogue: messages })

beforeEach(async () => {
  stage.answers.getServiceCatalogTerraform = { config: { locals: { a: 1 } } }
  const configs = { data: { data: { default: { name: 'default', pipeline: { pipeline: { path: '' }, variables: { path: '' } } } } } }
  stage.show(
    <StackFiles
      {...({
        organization: 'acme',
        stack: { ref: 'acme:web', organization_canonical: 'acme' },
        useCase: 'default',
        change() {},
      } as never as Parameters<typeof StackFiles>[0])}
      configs={{ ...configs, isPending: false, isSuccess: true } as never}
    />,
  )
  await editor()
})

test('what was typed stays when another one was saved elsewhere, which is told', async () => {
  fireEvent.change(await editor(), { target: { value: '{"locals": {"a": 2}}' } })
  stage.answers.getServiceCatalogTerraform = { config: { locals: { a: 3 } } }
  await act(() => refresh())
  expect((await screen.findByRole('alert')).textContent).toContain('Somebody has committed another Terraform meanwhile')
  expect((await editor()).value).toBe('{"locals": {"a": 2}}')
  await userEvent.click(screen.getByRole('button', { name: 'Discard mine and read it again' }))
  expect(JSON.parse((await editor()).value)).toEqual({ locals: { a: 3 } })
  expect(screen.queryByRole('alert')).toBeNull()
})

test('while nothing was typed, what was saved elsewhere is shown', async () => {
  stage.answers.getServiceCatalogTerraform = { config: { locals: { a: 3 } } }
  await act(() => refresh())
  await waitFor(async () => expect(JSON.parse((await editor()).value)).toEqual({ locals: { a: 3 } }))
})
