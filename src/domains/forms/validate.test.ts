import { describe, expect, test } from 'vitest'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

async function validate(form_file: Record<string, unknown>) {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  const answer = await ada.validateFormsFile({ path: { organization_canonical }, body: { form_file } })
  expect(answer).toHaveStatus(200)
  return answer.body.data
}

describe('validating a form file', () => {
  test('what the command line client always sends is an empty valid form', async () => {
    expect(await validate({ use_cases: null, version: null })).toEqual({ errors: [], forms: { version: '2', use_cases: [] } })
  })

  test('a file of the first version comes back in the newest format', async () => {
    const entity = { name: 'Size', key: 'size', type: 'integer', widget: 'number', default: 3, quota_config: { type: 'cpu' } }
    const { errors, forms } = await validate({ default: { pipeline: { config: [entity] } } })
    expect(errors).toEqual([])
    const { quota_config: _, ...shown } = entity
    const group = { name: 'config', technologies: ['pipeline'], vars: [shown] }
    expect(forms).toEqual({ version: '3', use_cases: [{ name: 'default', sections: [{ name: 'pipeline', groups: [group] }] }] })
  })

  test('all mistakes are listed, and are no HTTP error', async () => {
    const vars = [
      { name: 'A', key: 'a', type: 'string', widget: 'switch' },
      { name: 'B', key: 'b', type: 'string', widget: 'cy_branch', source: 'nobody' },
    ]
    const groups = [{ name: 'G', technologies: ['pipeline', 'cobol'], vars }]
    const { errors } = await validate({ version: '2', use_cases: [{ name: 'U', sections: [{ name: 'S', groups }] }] })
    const of = (name: string, key: string) =>
      `The Forms File has an invalid format: use case "U" invalid definition for variable "${name}" (${key}) in section "S" of "G"`
    expect(errors).toEqual([
      'The Forms File has an invalid format: Forms Technology "cobol" is unknown: use case "U" in section "S" of "G"',
      `${of('A', 'a')}: The Forms Widget has an invalid format: the widget "switch" cannot hold the type "string"`,
      `${of('B', 'b')}: The Forms File Branch Source has an invalid format: there is no variable "nobody"`,
    ])
  })
})
