/** A form on a stage of its own, for tests: what the API would answer is said by each of them. */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { I18nextProvider } from 'react-i18next'
import { openStage } from '@/kit/test-stage.tsx'
import type { Entity, FormValues, UseCaseForm } from './engine.ts'
import messages from './messages/en.json'
import { StackForm } from './stack-form.tsx'
import { useStackForm } from './use-stack-form.ts'

export const formWith = (...vars: Entity[]): UseCaseForm => ({
  name: 'default',
  sections: [{ name: 'Section', groups: [{ name: 'Group', technologies: ['pipeline'], vars }] }],
})

/** In each file of tests: the hooks are its own. */
export const openForms = () => openStage({ 'stack-forms': messages })

export let latest: FormValues = {}
export let problems: string[] = []

/** What would be sent. */
export let chosen: FormValues = {}
export let count = 0

function Shown({ form, saved }: { form: UseCaseForm; saved?: FormValues | undefined }) {
  const filled = useStackForm(form, { organization: 'acme', project: 'web', environment: 'prod' }, saved)
  latest = filled.state.values
  chosen = filled.chosen
  problems = filled.state.wrong.flatMap((field) => field.problems)
  count = filled.state.problems
  return <StackForm state={filled.state} hands={filled.hands} openAll section={undefined} onSection={() => {}} />
}

/** @returns what takes it away again */
export function show(form: UseCaseForm, saved?: FormValues): () => void {
  const { unmount } = render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <I18nextProvider i18n={i18next}>
          <Shown form={form} saved={saved} />
        </I18nextProvider>
      </QueryClientProvider>
    </MantineProvider>,
  )
  return unmount
}

export const current = ({ key }: Entity): unknown => latest.Section?.Group?.[key]
export const field = ({ name }: Entity) =>
  screen.getByLabelText(new RegExp(`^${name.replace(/[^\w ]/g, '.')}`), { selector: 'input, textarea' })
