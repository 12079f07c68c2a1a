// @vitest-environment jsdom
/** Every widget by itself, in the forms that public stacks really have. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { parseForms } from '../../../../src/formats/forms/read.ts'
import { type Entity, property, type UseCaseForm } from './engine.ts'
import { current, field, formWith, openForms, problems, show } from './test-stage.tsx'

const stage = openForms()

const folder = join(process.cwd(), '../shared/data/stacks')
const files = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.forms.yml'))
      .sort()
  : []
const real = files.flatMap((file) =>
  parseForms(readFileSync(join(folder, file), 'utf8')).forms.use_cases.map((form) => ({ file, form: form as UseCaseForm })),
)
const entitiesOf = (form: UseCaseForm) => form.sections.flatMap(({ groups }) => groups.flatMap(({ vars }) => vars))
const whyNot = files.length === 0 ? ' (skipped: ../shared/data/stacks is not beside this repository)' : ''

/** The first use case of a public stack that has such a field. */
function realOne(isMeant: (entity: Entity) => boolean): { form: UseCaseForm; entity: Entity } {
  for (const { form } of real) {
    const entity = entitiesOf(form).find(isMeant)
    // By itself: what other fields say is not the matter here.
    if (entity) return { form: formWith(entity), entity }
  }
  throw new Error('no public stack has such a field any more')
}

describe.skipIf(files.length === 0)(`in the forms of public stacks${whyNot}`, () => {
  test('each form is shown with every field of its groups, and none of its conditions fails', () => {
    for (const { form, file } of real) {
      const unmount = show(form)
      expect(
        problems.filter((problem) => !problem.startsWith('is required')),
        file,
      ).toEqual([])
      unmount()
    }
  }, 60_000)

  test('a text is typed, and its pattern complains in the words of the stack as it is typed', async () => {
    const { form, entity } = realOne(
      ({ widget, type, validations }) => widget === 'simple_text' && type === 'string' && (validations ?? []).length > 0,
    )
    const [rule] = entity.validations ?? []
    show(form)
    await userEvent.clear(field(entity))
    await userEvent.type(field(entity), '!! nothing such §§')
    expect(await screen.findByText(String(property(rule, 'error_message')), { exact: false })).toBeTruthy()
  })

  test('a suggestion is chosen, and anything else may be typed', async () => {
    const { form, entity } = realOne(
      ({ widget, type, values, validations }) =>
        widget === 'auto_complete' && type === 'string' && Array.isArray(values) && validations === undefined,
    )
    show(form)
    await userEvent.clear(field(entity))
    await userEvent.type(field(entity), 'something-else')
    await waitFor(() => expect(current(entity)).toBe('something-else'))
  })

  test('an address offers its values through the API', async () => {
    const { form, entity } = realOne(
      ({ widget, values_ref }) => widget === 'auto_complete' && values_ref !== undefined && !values_ref.includes('$'),
    )
    stage.answers.valuesRefForms = ['eu-west-1', 'mars-north-1']
    show(form)
    await userEvent.click(field(entity))
    await userEvent.clear(field(entity))
    await userEvent.click(await screen.findByRole('option', { name: 'mars-north-1', hidden: true }))
    await waitFor(() => expect(current(entity)).toBe('mars-north-1'))
  })

  test('a number within bounds is set by its slider and by typing, and what is beyond is refused', async () => {
    const { form, entity } = realOne(({ widget, type }) => widget === 'slider_range' && type === 'integer')
    const [low, high] = entity.values as [number, number]
    show(form)
    expect(screen.getByRole('slider').getAttribute('aria-valuemax')).toBe(String(high))
    fireEvent.keyDown(screen.getByRole('slider'), { key: 'Home', code: 'Home' })
    await waitFor(() => expect(current(entity)).toBe(low))
    await userEvent.clear(field(entity))
    await userEvent.type(field(entity), String(high + 1))
    expect(await screen.findByText(`Must be between ${low} and ${high}`, { exact: false })).toBeTruthy()
  })

  test('one of a few steps is set by its slider', async () => {
    const { form, entity } = realOne(({ widget }) => widget === 'slider_list')
    const values = entity.values as unknown[]
    show(form)
    fireEvent.keyDown(screen.getByRole('slider'), { key: 'End', code: 'End' })
    await waitFor(() => expect(current(entity)).toEqual(values.at(-1)))
  })

  test('a switch is turned', async () => {
    const { form, entity } = realOne(({ widget }) => widget === 'switch')
    show(form)
    const before = current(entity) === true
    await userEvent.click(screen.getByRole('switch'))
    await waitFor(() => expect(current(entity)).toBe(!before))
  })

  test('a number is typed, and does not jump back while it is being replaced', async () => {
    const { form, entity } = realOne(({ widget }) => widget === 'number')
    show(form)
    await userEvent.clear(field(entity))
    expect((field(entity) as HTMLInputElement).value).toBe('')
    await userEvent.type(field(entity), '7')
    await waitFor(() => expect(current(entity)).toBe(7))
  })

  test('one of a list is chosen, and the way back to the default is there', async () => {
    const { form, entity } = realOne(
      ({ widget, values, default: preset }) => widget === 'dropdown' && Array.isArray(values) && values.length > 1 && preset !== undefined,
    )
    show(form)
    const preset = current(entity)
    await userEvent.click(field(entity))
    const other = screen.getAllByRole('option', { hidden: true }).find((option) => option.getAttribute('aria-selected') !== 'true')
    await userEvent.click(other as HTMLElement)
    await waitFor(() => expect(current(entity)).not.toEqual(preset))
    await userEvent.click(screen.getByRole('button', { name: `Back to the default of ${entity.name}` }))
    await waitFor(() => expect(current(entity)).toEqual(preset))
  })

  test('one of several buttons is chosen', async () => {
    const { form, entity } = realOne(({ widget }) => widget === 'radios')
    show(form)
    const before = current(entity)
    await userEvent.click(screen.getAllByRole('radio').find((radio) => !(radio as HTMLInputElement).checked) as HTMLElement)
    await waitFor(() => expect(current(entity)).not.toEqual(before))
  })

  test('lines of text are typed', async () => {
    const { form, entity } = realOne(({ widget, type }) => widget === 'text_area' && type === 'string')
    show(form)
    await userEvent.clear(field(entity))
    await userEvent.type(field(entity), 'one{enter}two')
    await waitFor(() => expect(current(entity)).toBe('one\ntwo'))
  })

  test('a credential of the right type is chosen, and only a reference to it becomes the value', async () => {
    const { form, entity } = realOne(
      ({ widget, widget_config }) => widget === 'cy_cred' && property(widget_config, 'display_keys') !== true,
    )
    stage.answers.listCredentials = [
      { id: 1, canonical: 'prod', name: 'Production', path: 'prod-path', type: 'aws', keys: ['access_key', 'secret_key'] },
    ]
    show(form)
    await userEvent.click(field(entity))
    await userEvent.click(await screen.findByRole('option', { name: 'Production · aws', hidden: true }))
    await waitFor(() => expect(current(entity)).toBe('((prod-path))'))
  })

  test('of a credential with its keys shown, one key is chosen', async () => {
    const { form, entity } = realOne(
      ({ widget, widget_config }) => widget === 'cy_cred' && property(widget_config, 'display_keys') === true,
    )
    stage.answers.listCredentials = [{ id: 1, canonical: 'prod', name: 'Production', path: 'prod', type: 'gcp', keys: ['json_key'] }]
    show(form)
    await userEvent.click(field(entity))
    await userEvent.click(await screen.findByRole('option', { name: 'Production · gcp', hidden: true }))
    await userEvent.click(await screen.findByLabelText(`Key of ${entity.name}`))
    await userEvent.click(await screen.findByRole('option', { name: 'json_key', hidden: true }))
    await waitFor(() => expect(current(entity)).toBe('((prod.json_key))'))
  })

  test('a resource of the inventory gives the attribute that the form asks for', async () => {
    const { form, entity } = realOne(
      ({ widget, widget_config }) => widget === 'cy_inventory_resource' && property(widget_config, 'attribute') === 'id',
    )
    stage.answers.listInventoryResources = [
      { name: 'main', type: 'x', provider: 'y', attributes: { id: 'vpc-1' }, project_canonical: 'net' },
    ]
    show(form)
    await userEvent.click(field(entity))
    await userEvent.click(await screen.findByRole('option', { name: /vpc-1/, hidden: true }))
    await waitFor(() => expect(current(entity)).toBe('vpc-1'))
  })
})
