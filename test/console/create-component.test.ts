/** A component through the form of its stack: live, checked, priced, judged, compared, written; and changed again. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadStarterPrices } from '../../src/domains/cost-estimation/books/starter.ts'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, overflow, picture, tabTo, useConsole } from '../support/console.ts'
import { useRepositories } from '../support/repositories.ts'
import { member, role, scenario } from '../support/scenario.ts'
import { gitIn, must, openWorkshop } from '../support/workshop.ts'

const repositories = useRepositories()
const visit = useConsole({ worker: true, config: gitIn(repositories) })

const stack = {
  'web/.cycloid.yml': `version: '4'
name: Web server
canonical: web
author: Platform team
description: Web servers behind one address
keywords: [web]
technologies: [{technology: terraform, version: '1.9'}]
config:
  default:
    name: Default
    description: As many servers as you like
    cloud_provider: aws
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .config_root $)/pipeline/variables.yml'}
    terraform:
      main: {path: terraform/main.tf, destination: '($ .config_root $)/terraform/main.tf'}
`,
  'web/.forms.yml': `version: '3'
use_cases:
  - name: default
    sections:
      - name: Servers
        groups:
          - name: Size
            technologies: [terraform]
            vars:
              - {name: Type, key: module.web.instance_type, type: string, widget: dropdown, values: [t3.micro, m5.large], default: t3.micro}
              - {name: Count, key: module.web.servers, type: integer, widget: slider_range, values: [1, 10], default: 2, unit: servers}
              - {name: Disk, key: module.web.disk, type: integer, widget: number, unit: GB, default: 20, folded: true}
      - name: Delivery
        groups:
          - name: Pipeline
            technologies: [pipeline]
            vars:
              - {name: Region, key: region, type: string, widget: simple_text, required: true, validations: [{regexp: '^[a-z]{2}-[a-z]+-[0-9]$', error_message: Write a region such as eu-west-1}]}
              - {name: Public, key: public, type: boolean, widget: switch, default: false}
              - {name: Labels, key: labels, type: map, widget: simple_text, default: {team: web}}
              - {name: Account, key: account, type: string, widget: cy_cred, widget_config: {cred_types: [basic_auth], display_keys: true}}
          - name: Address
            condition: $public == true
            technologies: [pipeline]
            vars:
              - {name: Domain, key: domain, type: string, widget: simple_text, required: true}
`,
  'web/pipeline/pipeline.yml': `resources: [{name: tick, type: time, source: {interval: 1h}}]
jobs: [{name: 'deploy-($ .component $)', plan: [{get: tick}]}]
`,
  'web/pipeline/variables.sample.yml': `# Where ($ .project $) runs
region: nowhere
untouched: 'yes'
`,
  'web/terraform/main.tf': `module "web" {
  source        = "./module"
  instance_type = "by the form"
}
`,
  'web/terraform/provider.tf': 'provider "aws" {\n  region = "us-east-1"\n}\n',
  'web/terraform/module/main.tf': `variable "instance_type" {}
variable "servers" { default = 1 }
variable "disk" { default = 8 }
resource "aws_instance" "web" {
  count         = var.servers
  instance_type = var.instance_type
  ami           = "ami-1"
}
`,
}

beforeAll(() => loadStarterPrices(visit.server.platform.database))

const open = async () => {
  const workshop = await openWorkshop(visit.server, repositories, stack)
  await must(
    workshop.ada.createInfraPolicy({
      path: { organization_canonical: workshop.org },
      body: {
        name: 'Small servers only',
        severity: 'warning',
        enabled: true,
        owner: 'ada',
        body: `package sizes
deny[reason] {
  change := input.tfplan.resource_changes[_]
  change.change.after.instance_type == "m5.large"
  reason := "m5.large is too large"
}`,
      },
    } as never),
  )
  const base = `/organizations/${workshop.org}/projects/shop/environments/prod/components`
  return { ...workshop, base }
}

describe.skipIf(noBrowser)(inBrowser('a component through its form'), () => {
  test('is chosen from cards, filled in with what is wrong said beside it, priced and judged live, reviewed, and created with its pipeline', async () => {
    const { ada, org, base, config } = await open()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${base}/+new`))
    await page.getByRole('heading', { name: 'New component', level: 1 }).waitFor()
    await page.getByLabel('Find a stack').fill('servers address')
    await page.getByText('1 stack', { exact: true }).waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('link', { name: /Web server/ }).click()

    // Whoever wants to go on too early is led to the first wrong field, in whichever section it is.
    await page.getByRole('textbox', { name: 'Name' }).fill('Front door')
    await page.getByRole('button', { name: 'Review the files' }).click()
    await page.getByText('1 field needs your attention', { exact: true }).waitFor()
    await page.waitForFunction('document.activeElement?.labels?.[0]?.textContent.startsWith("Region")')
    await page.keyboard.type('somewhere')
    await page.getByText('Write a region such as eu-west-1').waitFor()
    await page.getByRole('textbox', { name: 'Region' }).fill('eu-west-1')
    await page.getByText('Write a region such as eu-west-1').waitFor({ state: 'detached' })

    // Conditions are live.
    expect(await page.getByRole('textbox', { name: 'Domain' }).count()).toBe(0)
    await page.getByLabel('Public').click()
    await page.getByRole('textbox', { name: 'Domain' }).fill('shop.example.com')

    const costs = page.getByRole('region', { name: 'Cost estimate' })
    await costs.getByText(/a month/).waitFor()
    const before = await costs.getByText(/a month/).textContent()
    await page.getByRole('tab', { name: 'Servers' }).click()
    await page.getByRole('combobox', { name: 'Type' }).click()
    await page.getByRole('option', { name: 'm5.large' }).click()
    await page.getByRole('region', { name: 'Policies' }).getByText('m5.large is too large').waitFor()
    await expect.poll(() => costs.getByText(/a month/).textContent()).not.toBe(before)
    expect(await findings(page)).toEqual([])
    await picture(page, 'stack-form')

    await page.getByRole('button', { name: 'Review the files' }).click()
    await page.getByText('2 files change.').waitFor()
    await page.getByText('shop.example.com').waitFor()
    expect(await findings(page)).toEqual([])
    await picture(page, 'stack-form-review')
    expect(() => repositories.files(config, 'config'), 'nothing is written yet').toThrow()
    await page.getByRole('button', { name: 'Create the component' }).click()
    await page.getByText('The pipeline shop-prod-front-door is there').waitFor()
    expect(new URL(page.url()).searchParams.get('created')).toBe('front-door')
    expect(await findings(page)).toEqual([])
    const files = repositories.files(config, 'config')
    expect(files[`${org}/shop/prod/front-door/pipeline/variables.yml`]).toContain('domain: shop.example.com')
    expect(files[`${org}/shop/prod/front-door/terraform/main.tf`]).toContain('instance_type = "m5.large"')
    await page.getByRole('link', { name: 'Open the component' }).click()
    await page.getByRole('heading', { name: 'Front door', level: 1 }).waitFor()
  })

  test('is made by keyboard alone', async () => {
    const { ada, base, org } = await open()
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${base}/+new?stack=${org}:web`))
    await page.getByRole('textbox', { name: 'Name' }).waitFor()
    await tabTo(page, /^Name/)
    await page.keyboard.type('Keys')
    await tabTo(page, 'Servers')
    await page.keyboard.press('ArrowRight')
    await tabTo(page, /^Region/)
    await page.keyboard.type('eu-west-3')
    await page.keyboard.press('Enter')
    await page.getByText('2 files change.').waitFor()
    await tabTo(page, 'Create the component')
    await page.keyboard.press('Enter')
    await page.getByText('The pipeline shop-prod-keys is there').waitFor()
  })

  test('is configured again: its values are read from the files, the difference is shown, and who comes second is told', async () => {
    const { ada, base, org, at } = await open()
    const made = await must(
      ada.createComponent({
        path: at,
        body: {
          name: 'Front',
          canonical: 'front',
          service_catalog_ref: `${org}:web`,
          use_case: 'default',
          vars: { Delivery: { Pipeline: { region: 'eu-west-1' } } },
        },
      }),
    )
    expect(made.status).toBe(200)
    const page = await visit.open({ as: ada })
    await page.goto(visit.at(`${base}/front/configure?section=Delivery`))
    await expect.poll(() => page.getByRole('textbox', { name: 'Region' }).inputValue()).toBe('eu-west-1')
    expect(await page.getByRole('button', { name: 'Review the files' }).getAttribute('aria-description')).toBe('Nothing has been changed')
    expect(await findings(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Region' }).fill('eu-west-2')
    // Another tab of the form keeps what was filled in; another page would lose it, and is not opened without a question.
    await page.getByRole('tab', { name: 'Servers' }).click()
    await page.getByRole('tab', { name: 'Delivery' }).click()
    await page.getByRole('link', { name: 'Terraform state' }).click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByRole('button', { name: 'Leave' }).waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'hidden' })
    expect(await page.getByRole('textbox', { name: 'Region' }).inputValue()).toBe('eu-west-2')
    await page.getByRole('button', { name: 'Review the files' }).click()
    await page.getByText('1 file changes. 1 file stays as it is.').waitFor()
    await page.getByText('+1 −1').waitFor()
    await page.locator('.cm-content').first().waitFor()
    await picture(page, 'component-configure')
    expect(await findings(page)).toEqual([])

    await must(
      ada.updateComponent({
        path: { ...at, component_canonical: 'front' },
        body: { name: 'Front', use_case: 'default', vars: { Servers: { Size: { 'module.web.servers': 5 } } } },
      }),
    )
    await page.getByRole('button', { name: 'Write the changes' }).click()
    await page.getByText('Somebody has changed this component meanwhile').waitFor()
    await page.getByText('Servers / Size / Count: 2 → 5').waitFor()
    await page.getByRole('button', { name: 'Write them nevertheless' }).click()
    await page.getByText('The changes of Front were written').waitFor()
    // What is written is left without a question.
    await page.getByRole('link', { name: 'Terraform state' }).click()
    await page.waitForURL(/\/front\/state$/)
    const now = await ada.getComponentConfig({ path: { ...at, component_canonical: 'front' } })
    expect(now.body.data).toMatchObject({ Delivery: { Pipeline: { region: 'eu-west-2' } }, Servers: { Size: { 'module.web.servers': 5 } } })
  })

  test('is dark, French and 320 pixels wide as well', async () => {
    const { ada, base, org } = await open()
    const page = await visit.open({ as: ada, dark: true, language: 'fr', width: 320 })
    await page.goto(visit.at(`${base}/+new`))
    await page.getByText('1 stack', { exact: true }).waitFor()
    expect(await overflow(page)).toBe(0)
    expect(await findings(page)).toEqual([])
    await page.goto(visit.at(`${base}/+new?stack=${org}:web&section=Delivery`))
    await page.getByRole('heading', { name: 'Nouveau composant' }).waitFor()
    await page.getByRole('textbox', { name: 'Region' }).fill('eu-west-1')
    await page.getByText(/par mois/).waitFor()
    expect(await overflow(page)).toBe(0)
    expect(await findings(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Nom' }).fill('Nuit')
    await page.getByRole('button', { name: 'Voir les fichiers' }).click()
    await page.locator('.cm-content').first().waitFor()
    expect(await overflow(page)).toBe(0)
    expect(await findings(page)).toEqual([])
    await picture(page, 'component-review-dark')
  })

  test('is not for somebody who may only look: the button says why', async () => {
    const { org, base } = await open()
    const rows = await visit.server.database.query('select id from organizations where canonical = $1', [org])
    const here = { id: Number(rows[0]?.id), path: [Number(rows[0]?.id)], canonical: org }
    const joined = async (world: Parameters<ReturnType<typeof member>>[0]) => {
      await role('reader', ['organization:**:read'], ['organization:**:list'], ['organization:read'])(world, here)
      await member('bob', 'reader')(world, here)
    }
    const { bob } = await scenario(visit.server, Object.assign(joined, { cast: 'bob' as const }))
    const page = await visit.open({ as: bob })
    await page.goto(visit.at(`${base}/+new?stack=${org}:web&section=Delivery`))
    await page.getByRole('textbox', { name: 'Name' }).fill('Mine')
    await page.getByRole('textbox', { name: 'Region' }).fill('eu-west-1')
    await page.getByRole('button', { name: 'Review the files' }).click()
    const create = page.getByRole('button', { name: 'Create the component' })
    await create.waitFor()
    expect(await create.getAttribute('aria-description')).toContain('organization:component:create')
  })
})
