// @vitest-environment jsdom
/** Widgets, conditions and checks that no public stack at hand has, in forms written here. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import type { Entity, UseCaseForm } from './engine.ts'
import { current, field, formWith, latest, openForms, problems, show } from './test-stage.tsx'

const stage = openForms()

describe('in forms written here', () => {
  const base = { key: 'thing', name: 'Thing' }

  test('a list is made piece by piece', async () => {
    const entity: Entity = { ...base, type: 'array', widget: 'simple_text' }
    show(formWith(entity))
    await userEvent.type(field(entity), 'one{enter}two{enter}')
    await waitFor(() => expect(current(entity)).toEqual(['one', 'two']))
  })

  test('a map is made key by key', async () => {
    const entity: Entity = { ...base, type: 'map', widget: 'simple_text', default: { team: 'web' } }
    show(formWith(entity))
    await userEvent.click(screen.getByRole('button', { name: 'Add a key' }))
    await userEvent.type(screen.getByLabelText('Key 2 of Thing'), 'tier')
    await userEvent.type(screen.getByLabelText('Value of tier in Thing'), 'gold')
    await waitFor(() => expect(current(entity)).toEqual({ team: 'web', tier: 'gold' }))
  })

  test('what is nested is written as YAML, and a mistake in it is told', async () => {
    const entity: Entity = { ...base, type: 'map', widget: 'text_area' }
    show(formWith(entity))
    fireEvent.change(field(entity), { target: { value: 'cache:\n  size: 12\n  on: true' } })
    await waitFor(() => expect(current(entity)).toEqual({ cache: { size: 12, on: true } }))
    fireEvent.change(field(entity), { target: { value: 'cache: [1' } })
    expect(await screen.findByText(/This is no YAML or JSON/)).toBeTruthy()
  })

  test('several of a list are chosen', async () => {
    const entity: Entity = { ...base, type: 'array', widget: 'dropdown', values: ['a', 'b', 'c'], widget_config: { multiselect: true } }
    show(formWith(entity))
    for (const name of ['a', 'c']) {
      await userEvent.click(field(entity))
      await userEvent.click(screen.getByRole('option', { name, hidden: true }))
    }
    await waitFor(() => expect(current(entity)).toEqual(['a', 'c']))
  })

  test('a branch waits for its repository, and offers what the repository has', async () => {
    const repository: Entity = { key: 'repo', name: 'Repository', type: 'string', widget: 'cy_crs' }
    const source: Entity = { key: 'scs', name: 'Catalogue', type: 'string', widget: 'cy_scs' }
    const branch: Entity = { key: 'branch', name: 'Branch', type: 'string', widget: 'cy_branch', source: 'repo', depends_on: ['repo'] }
    stage.answers.listConfigRepositories = [
      { canonical: 'config', name: 'Config', url: 'https://git.example.com/config.git', branch: 'main' },
    ]
    stage.answers.getServiceCatalogSources = [{ canonical: 'stacks', name: 'Stacks', url: 'https://git.example.com/stacks.git' }]
    stage.answers.getRepoBranches = ['main', 'next']
    show(formWith(repository, source, branch))
    expect((field(branch) as HTMLInputElement).disabled).toBe(true)
    expect(screen.getByText('Fill in Repository first', { exact: false })).toBeTruthy()
    await userEvent.click(field(source))
    await userEvent.click(await screen.findByRole('option', { name: /^Stacks/, hidden: true }))
    await userEvent.click(field(repository))
    await userEvent.click(await screen.findByRole('option', { name: /^Config/, hidden: true }))
    await userEvent.click(field(branch))
    await userEvent.click(await screen.findByRole('option', { name: 'next', hidden: true }))
    await waitFor(() =>
      expect(latest.Section?.Group).toEqual({
        repo: 'https://git.example.com/config.git',
        scs: 'https://git.example.com/stacks.git',
        branch: 'next',
      }),
    )
  })

  test('a hidden field is not shown, and has its default all the same', () => {
    const entity: Entity = { ...base, type: 'string', widget: 'hidden', default: 'quiet' }
    show(formWith(entity))
    expect(screen.queryByText('Thing')).toBeNull()
    expect(current(entity)).toBe('quiet')
  })

  test('a group appears when its condition holds, and its fields are asked for only then', async () => {
    const form: UseCaseForm = {
      name: 'default',
      sections: [
        {
          name: 'Section',
          groups: [
            { name: 'Group', technologies: ['pipeline'], vars: [{ key: 'public', name: 'Public', type: 'boolean', widget: 'switch' }] },
            {
              name: 'Address',
              technologies: ['pipeline'],
              condition: '$public == true && $env == "prod"',
              vars: [{ key: 'domain', name: 'Domain', type: 'string', widget: 'simple_text', required: true }],
            },
          ],
        },
      ],
    }
    show(form)
    expect(screen.queryByRole('region', { name: 'Address' })).toBeNull()
    expect(problems).toEqual([])
    await userEvent.click(screen.getByRole('switch'))
    expect(within(await screen.findByRole('region', { name: 'Address' })).getByLabelText(/^Domain/)).toBeTruthy()
    expect(problems).toEqual(['is required'])
  })

  test('a pattern that would never end elsewhere is answered at once', async () => {
    const entity: Entity = { ...base, type: 'string', widget: 'simple_text', validations: [{ regexp: '^(a+)+$', error_message: 'Only a' }] }
    show(formWith(entity))
    const begun = performance.now()
    fireEvent.change(field(entity), { target: { value: `${'a'.repeat(5000)}!` } })
    expect(await screen.findByText('Only a')).toBeTruthy()
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  test('files that disagree about a value are told, and one of their values is chosen', async () => {
    const entity: Entity = { ...base, type: 'string', widget: 'simple_text', mismatch_values: ['left', 'right'] }
    show(formWith(entity))
    await userEvent.click(screen.getByRole('button', { name: 'right' }))
    await waitFor(() => expect(current(entity)).toBe('right'))
  })
})
