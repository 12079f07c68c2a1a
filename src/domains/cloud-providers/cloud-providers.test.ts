import { expect, test } from 'vitest'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

test('the ten providers, numbered, with the regions of the three large ones', async () => {
  const organization_canonical = fresh('acme')
  const { bob } = await scenario(server, organization(organization_canonical, member('bob', 'organization-member')))
  const { data, pagination } = (await bob.getCloudProviders({ path: { organization_canonical } })).body
  expect(data.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(data.slice(0, 3)).toMatchObject([
    { canonical: 'aws', name: 'Amazon Web Services', abbreviation: 'AWS' },
    { canonical: 'google', abbreviation: 'GCP' },
    { canonical: 'azurerm' },
  ])
  expect(data[0]?.regions).toContain('eu-west-1')
  expect(pagination).toEqual({ index: 1, size: 1000, total: 10 })
  const second = (await bob.getCloudProviders({ path: { organization_canonical }, query: { page_index: 2, page_size: 4 } })).body
  expect(second.data).toEqual(data.slice(4, 8))
})
