/** A form on a stage of its own, for tests: what the API would answer is said by each of them. */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { I18nextProvider, initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, vi } from 'vitest'
import * as client from '@/api/client.ts'
import common from '../../i18n/messages/en.json'
import type { Entity, FormValues, UseCaseForm } from './engine.ts'
import messages from './messages/en.json'
import { StackForm } from './stack-form.tsx'
import { useStackForm } from './use-stack-form.ts'

export const formWith = (...vars: Entity[]): UseCaseForm => ({
  name: 'default',
  sections: [{ name: 'Section', groups: [{ name: 'Group', technologies: ['pipeline'], vars }] }],
})

/** What the API would answer, by operation. */
export const answers: Record<string, unknown> = {}
const answerTo = (id: string) => answers[id] ?? []
beforeAll(async () => {
  // jsdom has no fonts, whose arrival the text areas wait for.
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true })
  await i18next.use(initReactI18next).init({
    lng: 'en',
    ns: ['common', 'stack-forms'],
    defaultNS: 'common',
    resources: { en: { common, 'stack-forms': messages } },
    interpolation: { escapeValue: false },
  })
})
beforeEach(() => {
  vi.spyOn(client, 'call').mockImplementation(async (id) => ({ data: answerTo(id) }) as never)
  vi.spyOn(client, 'dataOf').mockImplementation(async (id) => answerTo(id) as never)
})
afterEach(() => {
  vi.restoreAllMocks()
  for (const key of Object.keys(answers)) delete answers[key]
})

export let latest: FormValues = {}
export let problems: string[] = []

export function Shown({ form }: { form: UseCaseForm }) {
  const filled = useStackForm(form, { organization: 'acme', project: 'web', environment: 'prod' })
  latest = filled.state.values
  problems = filled.state.wrong.flatMap((field) => field.problems)
  return <StackForm state={filled.state} hands={filled.hands} openAll section={undefined} onSection={() => {}} />
}

export function show(form: UseCaseForm): () => void {
  const { unmount } = render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <I18nextProvider i18n={i18next}>
          <Shown form={form} />
        </I18nextProvider>
      </QueryClientProvider>
    </MantineProvider>,
  )
  return unmount
}

export const current = ({ key }: Entity): unknown => latest.Section?.Group?.[key]
export const field = ({ name }: Entity) =>
  screen.getByLabelText(new RegExp(`^${name.replace(/[^\w ]/g, '.')}`), { selector: 'input, textarea' })
