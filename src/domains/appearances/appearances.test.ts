import { describe, expect, test } from 'vitest'
import { child, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const server = useServer()

const acme = () => fresh('acme')

const look = (name: string) => ({
  name,
  display_name: `${name} Platform`,
  tab_title: name,
  footer: '',
  logo: 'https://example.com/logo.svg',
  favicon: 'https://example.com/favicon.ico',
  color: { r: 1, g: 2, b: 255 },
})

describe('appearances', () => {
  test('a new one is not active, and gets its canonical from its name', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.createAppearance({ path: { organization_canonical }, body: look('Dark Blue') })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toMatchObject({ ...look('Dark Blue'), canonical: 'dark-blue', is_active: false })
    const path = { organization_canonical, appearance_canonical: 'dark-blue' }
    expect((await ada.getAppearance({ path })).body).toEqual(answer.body)
    expect((await ada.listAppearances({ path })).body).toMatchObject({ data: [answer.body.data], pagination: { total: 1 } })
    expect(await ada.createAppearance({ path, body: look('Dark Blue') })).toBeError('AlreadyExists', 'an appearance with this canonical')
  })

  test('names of a letter, or of none of ours, make canonicals all the same', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const canonicalOf = async (name: string) =>
      (await ada.createAppearance({ path: { organization_canonical }, body: look(name) })).body.data.canonical
    expect(await canonicalOf('X')).toBe('appearance-x')
    expect(await canonicalOf('日本')).toBe('appearance')
  })

  test('images have addresses that browsers may load, colours have 256 steps', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const create = (wrong: object) => ada.createAppearance({ path: { organization_canonical }, body: { ...look('Blue'), ...wrong } })
    expect(await create({ logo: 'javascript:alert(1)' })).toBeError('Invalid', 'body.logo')
    expect(await create({ favicon: 'no address' })).toBeError('Invalid', 'body.favicon')
    expect(await create({ color: { r: 256, g: 0, b: 0 } })).toBeError('Invalid', 'body.color.r')
    expect(await create({ favicon: 'data:image/svg+xml;base64,PHN2Zy8+' })).toHaveStatus(200)
  })

  test('an image may be in its address, which is where the console can show it from, up to 200 KB', async () => {
    const path = { organization_canonical: acme() }
    const { ada } = await scenario(server, organization(path.organization_canonical, member('ada')))
    const create = (logo: string) => ada.createAppearance({ path, body: { ...look('Blue'), logo } })
    const logo = `data:image/png;base64,${'A'.repeat(270_000)}`
    expect(await create(`data:image/png;base64,${'A'.repeat(280_000)}`)).toBeError('Invalid', 'body.logo')
    expect((await create(logo)).body.data.logo).toBe(logo)
  })

  test('switching one on switches the other off', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    await ada.createAppearance({ path, body: look('one') })
    await ada.createAppearance({ path, body: look('two') })
    const set = (canonical: string, is_active?: boolean) =>
      ada.updateAppearance({
        path: { ...path, appearance_canonical: canonical },
        body: { ...look(canonical), canonical, ...(is_active === undefined ? {} : { is_active }) },
      })
    const active = async () =>
      (await ada.listAppearances({ path })).body.data.filter(({ is_active }) => is_active).map(({ canonical }) => canonical)
    expect((await set('one', true)).body.data.is_active).toBe(true)
    expect((await set('two', true)).body.data.is_active).toBe(true)
    expect(await active()).toEqual(['two'])
    await set('two')
    expect(await active()).toEqual(['two'])
    await set('two', false)
    expect(await active()).toEqual([])
  })

  test('two who switch at the same moment both succeed, and one appearance is active', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    const names = ['one', 'two', 'three']
    for (const name of names) await ada.createAppearance({ path, body: look(name) })
    for (let round = 0; round < 5; round++) {
      const switched = await Promise.all(
        names.map((canonical) =>
          ada.updateAppearance({
            path: { ...path, appearance_canonical: canonical },
            body: { ...look(canonical), canonical, is_active: true },
          }),
        ),
      )
      expect(switched.map(({ status }) => status)).toEqual([200, 200, 200])
      expect((await ada.listAppearances({ path })).body.data.filter(({ is_active }) => is_active)).toHaveLength(1)
    }
  })

  test('the canonical is repeated in an update, never changed', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical, appearance_canonical: 'blue' }
    await ada.createAppearance({ path, body: look('Blue') })
    expect(await ada.updateAppearance({ path, body: { ...look('Blue'), canonical: 'green' } })).toBeError(
      'Invalid',
      'body.canonical: must be blue',
    )
    expect(
      await ada.updateAppearance({ path: { ...path, appearance_canonical: 'green' }, body: { ...look('Blue'), canonical: 'green' } }),
    ).toHaveStatus(404)
    expect((await ada.updateAppearance({ path, body: { ...look('Navy'), canonical: 'blue' } })).body.data).toMatchObject({
      canonical: 'blue',
      name: 'Navy',
    })
  })

  test('a child has its own only where its parent allows it', async () => {
    const [parent, below] = [fresh('parent'), fresh('below')]
    const { ada } = await scenario(server, organization(parent, member('ada'), child(below)))
    const refused = await ada.createAppearance({ path: { organization_canonical: below }, body: look('Blue') })
    expect(refused).toHaveStatus(403)
    expect(refused).toBeError('Unauthorized', 'its parent has to allow it')
    await server.database.query('update organizations set can_create_appearance = true where canonical = $1', [below])
    expect(await ada.createAppearance({ path: { organization_canonical: below }, body: look('Blue') })).toHaveStatus(200)
  })

  test('lists show only what a rule lets the caller see', async () => {
    const organization_canonical = acme()
    const rule: [string, string] = ['organization:appearance:*', `organization:${organization_canonical}:appearance:b*`]
    const { ada, bob } = await scenario(
      server,
      organization(organization_canonical, role('painter', rule), member('ada'), member('bob', 'painter')),
    )
    const path = { organization_canonical }
    for (const name of ['Blue', 'Red']) await ada.createAppearance({ path, body: look(name) })
    expect((await bob.listAppearances({ path })).body.data.map(({ canonical }) => canonical)).toEqual(['blue'])
    expect(await bob.deleteAppearance({ path: { ...path, appearance_canonical: 'red' } })).toHaveStatus(403)
    expect(await bob.createAppearance({ path, body: look('Green') })).toHaveStatus(403)
  })
})

describe('the look that anybody sees', () => {
  test('is the organization’s active one, else its nearest ancestor’s, else the default', async () => {
    const [parent, middle, below] = [fresh('parent'), fresh('middle'), fresh('below')]
    const { ada } = await scenario(server, organization(parent, member('ada'), child(middle, child(below))))
    await server.database.query('update organizations set can_create_appearance = true where canonical = any ($1)', [[middle, below]])
    const anonymous = server.client()
    const seen = async () => (await anonymous.getActiveAppearance({ path: { organization_canonical: below } })).body.data.canonical
    const activate = async (organization_canonical: string, name: string) => {
      await ada.createAppearance({ path: { organization_canonical }, body: look(name) })
      await ada.updateAppearance({
        path: { organization_canonical, appearance_canonical: name },
        body: { ...look(name), canonical: name, is_active: true },
      })
    }
    expect(await seen()).toBe('default')
    await activate(parent, 'of-parent')
    expect(await seen()).toBe('of-parent')
    await activate(middle, 'of-middle')
    expect(await seen()).toBe('of-middle')
    await activate(below, 'of-below')
    expect(await seen()).toBe('of-below')
    expect(await ada.deleteAppearance({ path: { organization_canonical: below, appearance_canonical: 'of-below' } })).toHaveStatus(204)
    expect(await seen()).toBe('of-middle')
  })

  test('does not tell which organizations exist', async () => {
    const organization_canonical = acme()
    await scenario(server, organization(organization_canonical))
    const anonymous = server.client()
    const here = await anonymous.getActiveAppearance({ path: { organization_canonical } })
    const nowhere = await anonymous.getActiveAppearance({ path: { organization_canonical: fresh('nowhere') } })
    expect(here.body).toEqual(nowhere.body)
    expect(here.body).toEqual((await anonymous.getDefaultAppearance()).body)
  })

  test('by default is our own, with images that are there', async () => {
    const reachable = await openTestServer({ config: { apiUrl: 'https://api.example.com/base' } })
    try {
      const { data } = (await reachable.client().getDefaultAppearance()).body
      expect(data).toMatchObject({
        canonical: 'default',
        display_name: 'Trochoid',
        tab_title: 'Trochoid',
        footer: '',
        color: { r: 28, g: 151, b: 151 },
        is_active: true,
      })
      for (const address of [data.logo, data.favicon]) {
        expect(address).toMatch('https://api.example.com/base/static/')
        const image = await fetch(address.replace('https://api.example.com/base', reachable.url))
        expect(image.headers.get('content-type')).toContain('image/svg+xml')
        expect(image.headers.get('content-security-policy')).toContain(`default-src 'none'`)
        expect(await image.text()).toMatch(/^<svg/)
      }
      expect((await fetch(`${reachable.url}/static/..%2f..%2fconfig.ts`)).status).not.toBe(200)
    } finally {
      await reachable[Symbol.asyncDispose]()
    }
  })
})
