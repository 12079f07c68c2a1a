import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const forms = `version: '3'
use_cases:
  - name: default
    sections:
      - name: Server
        groups:
          - name: Size
            technologies: [terraform]
            vars:
              - {name: Type, key: module.web.instance_type, type: string, widget: simple_text}
              - {name: Count, key: module.web.count, type: integer, widget: number}
          - name: Pipeline
            technologies: [pipeline]
            vars:
              - {name: Region, key: region, type: string, widget: simple_text}
              - {name: Labels, key: labels, type: map, widget: text_area}
              - {name: Public, key: public, type: boolean, widget: switch, default: false}
          - name: Address
            condition: $public == true
            technologies: [pipeline]
            vars:
              - {name: Domain, key: domain, type: string, widget: simple_text}
`

describe('a value of a component that is taken back', () => {
  const open = async () => {
    const workshop = await openWorkshop(server, repositories, { ...webStack(), 'web/.forms.yml': forms })
    const { ada, at, org, config } = workshop
    const Server = {
      Size: { 'module.web.instance_type': 'large', 'module.web.count': 3 },
      Pipeline: { region: 'eu-west-1', labels: { team: 'a' }, public: true },
      Address: { domain: 'shop.example.com' },
    }
    const body = { name: 'Front', canonical: 'front', service_catalog_ref: `${org}:web`, use_case: 'default', vars: { Server } }
    await must(ada.createComponent({ path: at, body }))
    const component = { ...at, component_canonical: 'front' }
    const root = `${org}/shop/prod/front`
    return {
      file: (path: string) => repositories.files(config, 'config')[`${root}/${path}`],
      update: (Server: Record<string, Record<string, unknown>>) =>
        must(ada.updateComponent({ path: component, body: { name: 'Front', use_case: 'default', vars: { Server } } })),
      values: async () => (await must(ada.getComponentConfig({ path: component }))).body.data,
    }
  }

  test('goes out of its files, or is there again as the stack has it', async () => {
    const { update, file, values } = await open()
    await update({ Size: { 'module.web.instance_type': null, 'module.web.count': null }, Pipeline: { region: null, labels: null } })
    expect(file('pipeline/variables.yml')).toBe(`# Where shop runs
region: nowhere # filled by the form
untouched: 'yes'
public: true
domain: shop.example.com
`)
    expect(file('terraform/main.tf')).toBe(`# front
module "web" {
  source        = "./web"
  instance_type = "Filled by stackforms" # the size
}
`)
    expect(await values()).toEqual({ Server: { Pipeline: { public: true }, Address: { domain: 'shop.example.com' } } })
  })

  test('goes with the group that is hidden', async () => {
    const { update, file } = await open()
    await update({ Pipeline: { public: false } })
    expect(file('pipeline/variables.yml')).not.toContain('domain')
  })
})
