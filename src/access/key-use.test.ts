/** From where API keys are used. */
import { describe, expect, test } from 'vitest'
import type { Client } from '../../test/support/client.ts'
import { apiKey, fresh, member, organization, scenario } from '../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../test/support/server.ts'
import { networkOf } from './attempts.ts'
import { mostToldPerHour } from './key-use.ts'

const server = useServer({ config: { trustedProxies: 1 } })

async function robot() {
  const canonical = fresh('acme')
  const { ada, robot } = await scenario(server, organization(canonical, member('ada'), apiKey('robot')))
  const path = { organization_canonical: canonical }
  const use = (address: string, on: TestServer = server) =>
    on.client(robot.token).getTeams({ path, headers: { 'x-forwarded-for': address } })
  return { canonical, ada, path, use }
}

/** What the log says of new addresses, the oldest first. */
async function told(ada: Client, organization_canonical: string) {
  const { body } = await ada.getEvents({ path: { organization_canonical }, query: { begin: 0, end: Number.MAX_SAFE_INTEGER } })
  return body.data
    .filter(({ title }) => title === 'An API key was used from a new address')
    .map(({ tags, ...event }) => ({ ...event, ...Object.fromEntries(tags.map(({ key, value }) => [key, value])) }))
    .reverse()
}
const known = async (canonical: string) =>
  (
    await server.database.query<{ address: string }>(
      'select a.address from api_key_addresses a join organizations o on o.id = a.organization_id where o.canonical = $1 order by a.first_used_at, a.address',
      [canonical],
    )
  ).map(({ address }) => address)

describe('a key that is used from somewhere else', () => {
  test('is told to its organization: which key, and from where', async () => {
    const { canonical, ada, use } = await robot()
    await use('203.0.113.1')
    await expect.poll(() => known(canonical)).toEqual(['203.0.113.1'])
    await use('198.51.100.9')
    await expect
      .poll(() => told(ada, canonical))
      .toMatchObject([{ entity: 'api_key', action: 'new_address', severity: 'warn', name: 'robot', address: '198.51.100.9' }])
    expect((await told(ada, canonical))[0]?.message).toBe('The API key robot was used from 198.51.100.9, from where it had not come before')
  })

  test('is not told of its first address, nor of one that it came from before', async () => {
    const { canonical, ada, use } = await robot()
    for (const address of ['203.0.113.1', '203.0.113.1', '198.51.100.9', '203.0.113.1', '198.51.100.9']) await use(address)
    await expect.poll(() => told(ada, canonical)).toHaveLength(1)
    const second = await openTestServer({ beside: server, config: { trustedProxies: 1 } })
    try {
      for (const address of ['203.0.113.1', '198.51.100.9']) await use(address, second)
    } finally {
      await second[Symbol.asyncDispose]()
    }
    expect(await told(ada, canonical)).toHaveLength(1)
    expect(await known(canonical)).toHaveLength(2)
  })

  test('is told once when two processes meet it at the same moment', async () => {
    const { canonical, ada, use } = await robot()
    await use('203.0.113.1')
    await expect.poll(() => known(canonical)).toHaveLength(1)
    const second = await openTestServer({ beside: server, config: { trustedProxies: 1 } })
    try {
      await Promise.all([server, second, server, second].map((on) => use('198.51.100.9', on)))
      await expect.poll(() => known(canonical)).toHaveLength(2)
    } finally {
      await second[Symbol.asyncDispose]()
    }
    expect(await told(ada, canonical)).toHaveLength(1)
  })

  test('counts a network of IPv6 once, however many addresses of it come', async () => {
    const { canonical, ada, use } = await robot()
    await use('203.0.113.1')
    for (let host = 1; host <= 20; host++) await use(`2001:db8:0:7::${host.toString(16)}`)
    await expect.poll(() => told(ada, canonical)).toMatchObject([{ address: '2001:db8:0:7::/64' }])
    expect(await known(canonical)).toEqual(['203.0.113.1', '2001:db8:0:7::/64'])
  })

  test('fills no log from thousands of networks: the first of an hour are named, and the newest hundred kept', async () => {
    const { canonical, ada, use } = await robot()
    await use('203.0.113.1')
    const [many, atOnce] = [240, 40]
    for (let first = 0; first < many; first += atOnce)
      await Promise.all(Array.from({ length: atOnce }, (_, index) => use(`2001:db8:${(first + index).toString(16)}::1`)))
    await expect.poll(async () => (await known(canonical)).length).toBe(100)
    const lines = await told(ada, canonical)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(mostToldPerHour)
    expect(lines.at(-1)?.message).toContain('further new addresses of this hour are not named')
    expect(lines.filter(({ message }) => message.includes('further'))).toHaveLength(1)
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:0:1:aaaa:bbbb:cccc:dddd', '2001:db8:0:1::/64'],
  ['2001:DB8::42', '2001:db8::/64'],
  ['2001:db8:0:0:1::', '2001:db8::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b::/64'],
])('%s belongs to %s', (address, network) => expect(networkOf(address)).toBe(network))
