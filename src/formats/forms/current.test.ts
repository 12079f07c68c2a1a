import { describe, expect, test } from 'vitest'
import { currentValues, withCurrent } from './current.ts'
import type { FormEntity, FormUseCase } from './types.ts'

const entity = (key: string, fields: Partial<FormEntity> = {}): FormEntity => ({
  name: key,
  key,
  type: 'string',
  widget: 'simple_text',
  ...fields,
})
const useCase: FormUseCase = {
  name: 'aws',
  sections: [
    {
      name: 'S',
      groups: [
        {
          name: 'Shared',
          technologies: ['pipeline', 'terraform'],
          condition: '$x',
          vars: [entity('same'), entity('other'), entity('one'), entity('none')],
        },
        { name: 'Own', technologies: ['pipeline'], vars: [entity('cpu', { type: 'integer', quota_config: { type: 'cpu' }, default: 1 })] },
      ],
    },
  ],
}
const files: Record<string, Record<string, unknown>> = {
  pipeline: { same: { a: 1, b: [2] }, other: 'x', one: false, cpu: 0 },
  terraform: { same: { b: [2], a: 1 }, other: 'y' },
}
const read = (technology: string, key: string) => files[technology]?.[key]

describe('the values that files hold now', () => {
  test('stand in the form beside each variable; where files disagree, all of theirs do', () => {
    expect(withCurrent(useCase, read).sections[0]?.groups).toEqual([
      {
        name: 'Shared',
        technologies: ['pipeline', 'terraform'],
        condition: '$x',
        vars: [
          { ...entity('same'), current: { a: 1, b: [2] } },
          { ...entity('other'), mismatch_values: ['x', 'y'] },
          { ...entity('one'), current: false },
          entity('none'),
        ],
      },
      { name: 'Own', technologies: ['pipeline'], vars: [{ ...entity('cpu', { type: 'integer', default: 1 }), current: 0 }] },
    ])
  })

  test('come as values too, without those that disagree', () => {
    expect(currentValues(useCase, read)).toEqual({ S: { Shared: { same: { a: 1, b: [2] }, one: false }, Own: { cpu: 0 } } })
  })

  test('a form without a component has none, and says nothing of quotas', () => {
    const text = JSON.stringify(withCurrent(useCase, () => undefined))
    expect(text).not.toMatch(/current|mismatch|quota/)
  })
})
