// @vitest-environment jsdom
/** The pages around a form: what was filled in stays, and what is written is what was seen. */
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { refresh } from '@/api/query.ts'
import { refused } from '@/kit/test-stage.tsx'
import { ConfigurePage } from './configure-page.tsx'
import { CreatePage } from './create-page.tsx'
import { Created } from './created.tsx'
import { type Entity, textOf, type UseCaseForm } from './engine.ts'
import type { CreateSearch } from './search.ts'
import { formWith, openForms } from './test-stage.tsx'

vi.mock('./file-changes.tsx', () => ({ FileChanges: () => <p>The files</p> }))

const place = { organization: 'acme', project: 'web', environment: 'prod' }
const region: Entity = { key: 'region', name: 'Region', type: 'string', widget: 'simple_text' }
const size: Entity = { key: 'size', name: 'Size', type: 'string', widget: 'simple_text' }
const configWith = (form: UseCaseForm) => ({
  name: 'default',
  description: '',
  cloud_provider: '',
  forms: form,
  pipeline: { pipeline: {} },
})
const stage = openForms()
const bodies = (operation: string) => stage.asked(operation).map(({ body }) => body)

let history: ReturnType<typeof useRouter>['history']
/** A page, with what stands in its address. */
function At({ page }: { page: (search: CreateSearch, go: (search: object) => void) => ReactNode }) {
  const go = useNavigate()
  history = useRouter().history
  return page(useSearch({ strict: false }), (search) => void go({ to: '.', search: search as never }))
}

beforeEach(() => {
  stage.answers.interpolateFormsConfig = { ...configWith(formWith()), files: [] }
  stage.answers.getProject = { name: 'Web', environments: [] }
  stage.answers.getServiceCatalog = { ref: 'acme:web', name: 'Web', description: '', version: '1' }
})

describe('a component that is configured', () => {
  let now: Record<string, unknown>
  let saved: Record<string, string>
  beforeEach(() => {
    now = { name: 'Front', description: 'Old', use_case: 'default', updated_at: 1, service_catalog: { ref: 'acme:web' } }
    saved = { region: 'eu', size: 'small' }
    stage.answers.getComponent = () => ({ ...now })
    stage.answers.getServiceCatalogConfig = () => ({
      default: configWith(formWith({ ...region, current: saved.region }, { ...size, current: saved.size })),
      other: configWith(formWith()),
    })
    stage.answers.updateComponent = ({ body }: { body: Record<string, unknown> }) => {
      if (body.updated_at !== now.updated_at) return refused(409, 'Changed')
      now = { ...now, ...body, updated_at: Number(now.updated_at) + 1 }
      saved = { ...saved, ...(body.vars as { Section?: { Group?: object } }).Section?.Group }
      return { ...now }
    }
  })
  const open = async () => {
    stage.show(<At page={(search, go) => <ConfigurePage place={{ ...place, component: 'front' }} search={search} go={go} />} />)
    return await screen.findByRole<HTMLInputElement>('textbox', { name: 'Region' })
  }
  const reviewed = async (value: string) => {
    const input = await open()
    await userEvent.clear(input)
    await userEvent.type(input, value)
    await userEvent.click(screen.getByRole('button', { name: 'Review the files' }))
    await screen.findByRole('button', { name: 'Write the changes' })
  }
  const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))

  test('keeps what was typed when it was changed elsewhere and everything is asked again', async () => {
    const input = await open()
    await userEvent.type(input, '-west')
    now = { ...now, updated_at: 2 }
    saved.size = 'large'
    await act(() => refresh())
    await act(() => new Promise((done) => setTimeout(done, 50)))
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Region' }).value).toBe('eu-west')
  })

  test('is written over with what was changed here only: the rest stays as somebody else has it', async () => {
    await reviewed('us')
    now = { ...now, name: 'Renamed', description: 'New', use_case: 'other', updated_at: 2 }
    await press('Write the changes')
    for (const line of ['Name: Front → Renamed', 'Description: Old → New', 'Use case: default → other'])
      expect(await screen.findByText(line)).toBeTruthy()
    await press('Write them nevertheless')
    await waitFor(() => expect(bodies('updateComponent')).toHaveLength(1))
    expect(bodies('updateComponent')).toEqual([
      { name: 'Renamed', description: 'New', use_case: 'other', vars: { Section: { Group: { region: 'us' } } }, updated_at: 2 },
    ])
  })

  test('is written when somebody saved it meanwhile without a difference', async () => {
    await reviewed('us')
    now = { ...now, updated_at: 2 }
    await press('Write the changes')
    await waitFor(() => expect(saved.region).toBe('us'))
    expect(await screen.findByRole('textbox', { name: 'Region' })).toBeTruthy()
  })

  test('tells of a change that came in while it was being written', async () => {
    await reviewed('us')
    const update = stage.answers.updateComponent as (question: unknown) => unknown
    stage.answers.updateComponent = (question: unknown) => {
      saved = { ...saved, size: 'large' }
      now = { ...now, updated_at: 2 }
      stage.answers.updateComponent = update
      return update(question)
    }
    await press('Write the changes')
    expect(await screen.findByText('Section / Group / Size: small → large')).toBeTruthy()
    await press('Write them nevertheless')
    await waitFor(() => expect(saved).toEqual({ region: 'us', size: 'large' }))
  })

  test('is read again when somebody would rather have that', async () => {
    await reviewed('us')
    now = { ...now, updated_at: 2 }
    saved.region = 'asia'
    await press('Write the changes')
    await userEvent.click(await screen.findByRole('button', { name: 'Discard mine and read it again' }))
    const input = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Region' })
    expect(input.value).toBe('asia')
    expect(screen.getByRole('button', { name: 'Review the files' }).getAttribute('aria-description')).toBe('Nothing has been changed')
  })

  test('is priced when nothing was typed for a moment, and not at every letter', async () => {
    const input = await open()
    await userEvent.type(input, '-west-1')
    const priced = () => bodies('costEstimateForm').map((body) => textOf(body?.vars))
    await waitFor(() => expect(priced().at(-1)).toContain('eu-west-1'), { timeout: 3000 })
    expect(priced()).toHaveLength(2)
  })
})

describe('a component that is created', () => {
  beforeEach(() => {
    stage.answers.getServiceCatalogConfig = { default: configWith(formWith(region)) }
  })

  test('is reviewed again when a value was changed after the review, also by the way back of the browser', async () => {
    stage.show(<At page={(search) => <CreatePage place={place} search={{ ...search, stack: 'acme:web' }} />} />)
    await userEvent.type(await screen.findByRole('textbox', { name: 'Name' }), 'Front')
    await userEvent.type(screen.getByRole('textbox', { name: 'Region' }), 'eu')
    await userEvent.click(screen.getByRole('button', { name: 'Review the files' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Back to the form' }))
    await userEvent.type(await screen.findByRole('textbox', { name: 'Region' }), '-west')
    act(() => history.back())
    await waitFor(() => expect(history.location.search).not.toContain('review'))
    expect(screen.queryByRole('button', { name: 'Create the component' })).toBeNull()
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Region' }).value).toBe('eu-west')
    await userEvent.click(screen.getByRole('button', { name: 'Review the files' }))
    await screen.findByRole('button', { name: 'Create the component' })
    expect(bodies('interpolateFormsConfig').map((body) => body?.vars)).toEqual([
      { Section: { Group: { region: 'eu' } } },
      { Section: { Group: { region: 'eu-west' } } },
    ])
  })

  const looks = () => stage.asked('getEnvironmentPipelines').length
  const later = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds))

  test.each([
    ['once its pipeline is there', [{ name: 'web', component: { canonical: 'front' } }], 10_000, 'The pipeline web is there'],
    ['after a while', [], 6 * 60_000, /The pipeline is not there yet/],
  ])('looks for its pipeline no more %s', async (_, pipelines, wait, words) => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    try {
      stage.answers.getComponent = { name: 'Front' }
      stage.answers.getEnvironmentPipelines = []
      stage.show(<Created {...place} component="front" />)
      await later(5000)
      expect(looks()).toBeGreaterThan(1)
      stage.answers.getEnvironmentPipelines = pipelines
      await later(wait)
      expect(screen.getByText(words)).toBeTruthy()
      const before = looks()
      await later(60_000)
      expect(looks()).toBe(before)
    } finally {
      vi.useRealTimers()
    }
  })
})
