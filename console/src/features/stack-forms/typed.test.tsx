// @vitest-environment jsdom
/** What is typed: it stays as it was typed, and the value follows from it. */
import { fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import type { Entity } from './engine.ts'
import { chosen, count, current, field, formWith, openForms, problems, show } from './test-stage.tsx'

const stage = openForms()

const base = { key: 'thing', name: 'Thing' }
const text = (entity: Entity) => (field(entity) as HTMLInputElement).value

describe('a number', () => {
  const widgets = ['simple_text', 'text_area', 'number', 'auto_complete'] as const
  test.each(widgets.flatMap((widget) => ['1.05', '0.05', '-0.5', '10'].map((number) => [number, widget] as const)))(
    '%s is typed into a field of %s, letter by letter',
    async (number, widget) => {
      const entity: Entity = { ...base, type: 'float', widget, ...(widget === 'auto_complete' ? { values: [1, 2] } : {}) }
      show(formWith(entity))
      const input = field(entity)
      await userEvent.click(input)
      await userEvent.keyboard(number)
      expect(text(entity)).toBe(number)
      expect(current(entity)).toBe(Number(number))
      expect(field(entity), 'still the same input').toBe(input)
    },
  )

  test('with decimals is typed beside its slider', async () => {
    const entity: Entity = { ...base, type: 'float', widget: 'slider_range', values: [0, 2] }
    show(formWith(entity))
    await userEvent.type(field(entity), '0.05')
    expect(text(entity)).toBe('0.05')
    expect(current(entity)).toBe(0.05)
  })

  test('that is not one yet is a problem of the form', async () => {
    const entity: Entity = { ...base, type: 'float', widget: 'number', default: 3 }
    show(formWith(entity))
    await userEvent.clear(field(entity))
    await userEvent.keyboard('-')
    expect(await screen.findByText('A number is needed')).toBeTruthy()
    expect(count).toBe(1)
    await userEvent.keyboard('4')
    expect(count).toBe(0)
    expect(current(entity)).toBe(-4)
  })

  test('takes the place of a credential that stood for it, without the input being exchanged', async () => {
    const entity: Entity = { ...base, type: 'integer', widget: 'number', default: '((db.size))' }
    show(formWith(entity))
    const input = field(entity)
    await userEvent.clear(input)
    await userEvent.keyboard('42')
    expect(field(entity)).toBe(input)
    expect(current(entity)).toBe(42)
  })
})

describe('a suggestion with a label', () => {
  const entity: Entity = { ...base, type: 'string', widget: 'auto_complete', values: { One: '1', Ten: '10' } }

  test('does not put the label of a shorter value in the place of what is typed', async () => {
    show(formWith(entity))
    await userEvent.click(field(entity))
    await userEvent.keyboard('10')
    expect(text(entity)).toBe('10')
    expect(current(entity)).toBe('10')
  })

  test('is shown by its label when it was saved, and stands for its value when it is chosen', async () => {
    show(formWith(entity), { Section: { Group: { thing: '10' } } })
    expect(text(entity)).toBe('Ten')
    await userEvent.clear(field(entity))
    await userEvent.click(await screen.findByRole('option', { name: 'One', hidden: true }))
    expect(current(entity)).toBe('1')
  })
})

describe('a map', () => {
  const entity: Entity = { ...base, type: 'map', widget: 'simple_text', default: { team: 'web' } }

  test('has the rows of its default again after going back to it', async () => {
    show(formWith(entity))
    await userEvent.clear(screen.getByLabelText('Value of team in Thing'))
    await userEvent.type(screen.getByLabelText('Value of team in Thing'), 'ops')
    await userEvent.click(screen.getByRole('button', { name: 'Back to the default of Thing' }))
    expect(screen.getByLabelText<HTMLInputElement>('Value of team in Thing').value).toBe('web')
    await userEvent.type(screen.getByLabelText('Value of team in Thing'), '2')
    expect(current(entity)).toEqual({ team: 'web2' })
  })

  test.each([
    ['a key that stands twice', ['team', 'gold'], 'A key stands twice'],
    ['a value without a key', ['', 'gold'], 'A value has no key'],
  ])('with %s is a problem of the form, and no value is lost silently', async (_, [key = '', value = ''], problem) => {
    show(formWith(entity))
    await userEvent.click(screen.getByRole('button', { name: 'Add a key' }))
    if (key !== '') await userEvent.type(screen.getByLabelText('Key 2 of Thing'), key)
    const values = screen.getAllByLabelText(/^Value of/)
    await userEvent.type(values[1] as HTMLElement, value)
    expect(problems).toEqual([problem])
    expect(count).toBe(1)
    expect(screen.getByText(problem)).toBeTruthy()
    expect(current(entity)).not.toHaveProperty('team', 'gold')
  })
})

describe('YAML', () => {
  const entity: Entity = { ...base, type: 'map', widget: 'text_area', default: { size: 12 } }

  test('that is broken is a problem of the form until it is mended', async () => {
    show(formWith(entity))
    fireEvent.change(field(entity), { target: { value: 'size: 13\ncache: [1' } })
    expect(count).toBe(1)
    expect(problems[0]).toMatch(/^This is no YAML or JSON/)
    fireEvent.change(field(entity), { target: { value: 'size: 13\ncache: [1]' } })
    expect(count).toBe(0)
    expect(current(entity)).toEqual({ size: 13, cache: [1] })
  })

  test('that is emptied means an empty map, and not the default', () => {
    show(formWith(entity))
    fireEvent.change(field(entity), { target: { value: '' } })
    expect(text(entity)).toBe('')
    expect(current(entity)).toEqual({})
  })

  test('that becomes a plain map while it is typed stays in its input', () => {
    const nested: Entity = { ...base, type: 'map', widget: 'simple_text', default: { a: { b: 1 } } }
    show(formWith(nested))
    const input = field(nested)
    fireEvent.change(input, { target: { value: 'a: b' } })
    expect(current(nested)).toEqual({ a: 'b' })
    expect(field(nested)).toBe(input)
  })
})

describe('what is saved', () => {
  test('is taken away by its cross, and stays away', async () => {
    const entity: Entity = { ...base, type: 'string', widget: 'dropdown', values: ['a', 'b'] }
    show(formWith(entity), { Section: { Group: { thing: 'a' } } })
    expect(text(entity)).toBe('a')
    await userEvent.click(screen.getByLabelText('Clear Thing'))
    expect(text(entity)).toBe('')
    expect(current(entity)).toBeUndefined()
    expect(chosen).toEqual({ Section: { Group: { thing: null } } })
  })
})

test('an address that another field is typed into is asked for once, when nothing was typed for a moment', async () => {
  const region: Entity = { key: 'region', name: 'Region', type: 'string', widget: 'simple_text' }
  const size: Entity = {
    ...base,
    type: 'string',
    widget: 'auto_complete',
    values_ref: ['https://sizes.example.com/$', '{region}'].join(''),
  }
  stage.answers.valuesRefForms = ['small']
  show(formWith(region, size))
  await userEvent.type(field(region), 'eu-west-1')
  const urls = () => stage.asked('valuesRefForms').map(({ body }) => body.url)
  await waitFor(() => expect(urls()).toEqual(['https://sizes.example.com/eu-west-1']), { timeout: 3000 })
})
