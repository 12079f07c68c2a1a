/** Terraform itself against the state backend: what it does with a state, alone and beside others. */
import { describe, expect, test, vi } from 'vitest'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { openStateWorld, stateOf } from './support/state-world.ts'
import { openTerraform, terraformIsHere, withTerraform } from './support/terraform.ts'
import { gitIn, must } from './support/workshop.ts'

vi.setConfig({ testTimeout: 120_000 })
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = () => openStateWorld(server, repositories)

const thing = (name: string, input: string, more = '') => `resource "terraform_data" "${name}" {\n  input = "${input}"\n${more}}\n`
/** So long that others come meanwhile. */
const slowly = '  provisioner "local-exec" {\n    command = "sleep 3"\n  }\n'
const apply = ['apply', '-auto-approve'] as const

describe.skipIf(!terraformIsHere)(`terraform${withTerraform}`, () => {
  test('applies, plans nothing more, changes and destroys; the platform knows who wrote what', async () => {
    const { backend, ada, path } = await open()
    const terraform = await openTerraform(backend, thing('a', '1') + thing('b', '2'))
    expect((await terraform.run(...apply)).text).toContain('2 added, 0 changed, 0 destroyed')
    expect(await terraform.run('plan', '-detailed-exitcode')).toMatchObject({ code: 0 })
    terraform.write('main.tf', thing('a', '3'))
    expect((await terraform.run(...apply)).text).toContain('0 added, 1 changed, 1 destroyed')
    expect((await terraform.run('state', 'list')).text.trim()).toBe('terraform_data.a')
    const inventory = (await must(ada.listInventoryResources({ path: { organization_canonical: path.organization_canonical } }))).body.data
    expect(inventory).toMatchObject([
      { name: 'a', type: 'terraform_data', provider: 'provider["terraform.io/builtin/terraform"]', attributes: { output: { value: '3' } } },
    ])
    expect(await terraform.run('destroy', '-auto-approve')).toMatchObject({ code: 0 })
    const versions = (await must(ada.listStateVersions({ path }))).body.data
    expect(versions.length).toBeGreaterThanOrEqual(3)
    expect(versions[0]).toMatchObject({ resource_count: 0, author: expect.stringMatching(/^.+@.+$/) })
    expect((await must(ada.getComponentState({ path }))).body.data.locked).toBe(false)
  })

  test.each<[string, (address: (path?: string) => string) => Record<string, string>]>([
    ['by its own methods', (address) => ({ lock_address: address('/inventory/lock'), unlock_address: address('/inventory/lock') })],
    ['at one address for everything', (address) => ({ lock_address: address(), unlock_address: address() })],
    ['not at all', () => ({})],
  ])('works when it locks %s', async (_, settings) => {
    const { backend } = await open()
    const terraform = await openTerraform(backend, thing('a', '1'), settings(backend.address))
    expect(await terraform.run(...apply)).toMatchObject({ code: 0, text: expect.stringContaining('1 added') })
    expect(await terraform.run('plan', '-detailed-exitcode')).toMatchObject({ code: 0 })
  })

  test('waits for the lock of another apply when it is told to, and otherwise says who holds it', async () => {
    const { backend, ada, path } = await open()
    const first = await openTerraform(backend, thing('a', '1', slowly))
    const second = await openTerraform(backend, thing('a', '1', slowly) + thing('b', '2'))
    const slow = first.run(...apply)
    await vi.waitFor(async () => expect((await ada.getComponentState({ path })).body).toMatchObject({ data: { locked: true } }), {
      timeout: 20_000,
      interval: 50,
    })
    const impatient = second.run(...apply)
    const patient = second.run(...apply, '-lock-timeout=60s')
    const refused = await impatient
    expect(refused.code).toBe(1)
    expect(refused.text).toContain('Error acquiring the state lock')
    expect(refused.text).toMatch(/Who:\s+\S+@\S+/)
    expect(refused.text).toMatch(/Operation:\s+OperationTypeApply/)
    expect(await slow).toMatchObject({ code: 0, text: expect.stringContaining('1 added') })
    expect(await patient).toMatchObject({ code: 0, text: expect.stringContaining('1 added, 0 changed, 0 destroyed') })
  })

  test('breaks a lock that was lost', async () => {
    const { backend } = await open()
    const terraform = await openTerraform(backend, thing('a', '1'))
    await backend.lock('7d1c3f0e-0000-1111-2222-333344445555', 'carol@gone')
    const refused = await terraform.run(...apply)
    expect(refused.code).toBe(1)
    expect(refused.text).toContain('7d1c3f0e-0000-1111-2222-333344445555')
    expect(await terraform.run('force-unlock', '-force', '7d1c3f0e-0000-1111-2222-333344445555')).toMatchObject({ code: 0 })
    expect(await terraform.run(...apply)).toMatchObject({ code: 0 })
  })

  test('pulls and pushes; what is behind is refused, forced or not, with the reason', async () => {
    const { backend, ada, path } = await open()
    const terraform = await openTerraform(backend, thing('a', '1'))
    await terraform.run(...apply)
    const pulled = await terraform.run('state', 'pull')
    const document = JSON.parse(pulled.text) as { serial: number; outputs: object }
    const push = (serial: number, ...more: string[]) => {
      terraform.write('pushed.json', JSON.stringify({ ...document, serial, outputs: { n: { value: serial, type: 'number' } } }))
      return terraform.run('state', 'push', ...more, 'pushed.json')
    }
    expect(await push(document.serial + 5)).toMatchObject({ code: 0 })
    // Terraform counts on from what it was given.
    const newest = document.serial + 6
    expect((await must(ada.listStateVersions({ path }))).body.data[0]?.serial).toBe(newest)
    expect(await push(document.serial)).toMatchObject({ code: 1, text: expect.stringContaining('serial') })
    const forced = await push(document.serial + 1, '-force')
    expect(forced.code).toBe(1)
    expect(forced.text).toContain('409')
    expect((await must(ada.listStateVersions({ path }))).body.data[0]?.serial).toBe(newest)
  })

  test('takes a version that was restored as the newest', async () => {
    const { backend, ada, path } = await open()
    const terraform = await openTerraform(backend, thing('a', '1'))
    await terraform.run(...apply)
    terraform.write('main.tf', thing('a', '1') + thing('b', '2'))
    await terraform.run(...apply)
    const oldest = (await must(ada.listStateVersions({ path }))).body.data.at(-1)?.id ?? 0
    await must(ada.restoreStateVersion({ path: { ...path, state_version_id: oldest } }))
    expect((await terraform.run('plan')).text).toContain('1 to add, 0 to change, 0 to destroy')
    expect(await terraform.run(...apply)).toMatchObject({ code: 0, text: expect.stringContaining('1 added') })
  })

  test('works with a state of 20,000 resources', async () => {
    const { backend, ada, path } = await open()
    const terraform = await openTerraform(backend, thing('a', '1'))
    const instances = (value: string) =>
      Array.from({ length: 20_000 }, (_, index) => ({
        index_key: index,
        schema_version: 0,
        attributes: {
          id: `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`,
          input: { value: `${value} ${index}`, type: 'string' },
          output: null,
          triggers_replace: null,
        },
        sensitive_attributes: [],
      }))
    const large = (serial: number, value: string) =>
      JSON.stringify(
        stateOf(serial, [
          {
            mode: 'managed',
            type: 'terraform_data',
            name: 'many',
            provider: 'provider["terraform.io/builtin/terraform"]',
            instances: instances(value),
          },
        ]),
      )
    terraform.write('large.json', large(1, 'first'))
    expect(await terraform.run('state', 'push', 'large.json')).toEqual({ code: 0, text: '' })
    expect((await terraform.run('state', 'list')).text.trim().split('\n').length).toBe(20_000)
    const organization = { organization_canonical: path.organization_canonical }
    const { pagination } = (await must(ada.listInventoryResources({ path: organization, search: 'page_size=1' }))).body
    expect(pagination.total).toBe(20_000)
    // The first push gave it a lineage of its own.
    const pulled = JSON.parse((await terraform.run('state', 'pull')).text) as { serial: number; lineage: string }
    terraform.write('large.json', JSON.stringify({ ...JSON.parse(large(pulled.serial + 1, 'second')), lineage: pulled.lineage }))
    expect(await terraform.run('state', 'push', 'large.json')).toEqual({ code: 0, text: '' })
    const found = await must(ada.listInventoryResources({ path: organization, search: 'input.value[eq]=second%2019999' }))
    expect(found.body.data).toMatchObject([{ name: 'many' }])
    expect(JSON.parse((await terraform.run('state', 'pull')).text)).toMatchObject({ serial: pulled.serial + 2 })
  })
})
