/** States near the limit: they go in and out as streams, others are answered meanwhile, and what is over the limit is refused at once. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { useRepositories } from '../support/repositories.ts'
import { useServer } from '../support/server.ts'
import { openStateWorld, stateOf } from '../support/state-world.ts'
import { gitIn, must } from '../support/workshop.ts'

vi.setConfig({ testTimeout: 120_000 })
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const large = (serial: number, count: number) =>
  JSON.stringify(
    stateOf(serial, [
      {
        mode: 'managed',
        type: 'aws_instance',
        name: 'many',
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: Array.from({ length: count }, (_, index) => ({
          index_key: index,
          attributes: {
            id: `i-${index}`,
            tags: Object.fromEntries(Array.from({ length: 60 }, (_, tag) => [`tag-${tag}`, `value ${index} ${tag}`])),
            text: 'x'.repeat(700),
          },
          sensitive_attributes: [],
        })),
      },
    ]),
    null,
    2,
  )

test('a state of 60 MB goes in and out as it is, and others are answered meanwhile', async () => {
  const { backend, ada, path } = await openStateWorld(server, repositories)
  const text = large(1, 17_500)
  expect(text.length).toBeGreaterThan(55e6)
  let storing = true
  let slowest = 0
  const looking = (async () => {
    while (storing) {
      const began = performance.now()
      await must(ada.getProject({ path }))
      slowest = Math.max(slowest, performance.now() - began)
    }
  })()
  expect((await backend.push(text)).status).toBe(204)
  storing = false
  await looking
  const answer = await backend.ask('GET', '/inventory')
  const kept = Buffer.from(await answer.arrayBuffer())
  const md5 = createHash('md5').update(text).digest('base64')
  expect(answer.headers.get('content-md5')).toBe(md5)
  expect(createHash('md5').update(kept).digest('base64')).toBe(md5)
  // It was half a second on two busy cores.
  expect(slowest).toBeLessThan(5000)
  const { pagination } = (
    await must(ada.listInventoryResources({ path: { organization_canonical: path.organization_canonical }, search: 'page_size=1' }))
  ).body
  expect(pagination.total).toBe(17_500)
})

test('a state over the limit is refused, whether its length is told before or not', async () => {
  const { backend, token } = await openStateWorld(server, repositories)
  const bytes = 65 * 2 ** 20
  const told = await backend.ask('POST', '/inventory', { body: ' '.repeat(bytes) })
  expect(told.status).toBe(413)
  expect(await told.text()).toContain('larger than 64 MB')
  async function* spaces() {
    for (let sent = 0; sent < bytes; sent += 2 ** 20) yield Buffer.alloc(2 ** 20, ' ')
  }
  const streamed = await fetch(`${server.url}/inventory?jwt=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ReadableStream.from(spaces()),
    duplex: 'half',
  } as RequestInit)
  expect(streamed.status).toBe(413)
  expect((await backend.push(stateOf(1))).status).toBe(204)
})

test('a body that breaks off is the end of it, and no mistake of ours', async () => {
  const { backend, token } = await openStateWorld(server, repositories)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /inventory?jwt=${token} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"version":`,
  )
  await new Promise((wake) => setTimeout(wake, 300))
  socket.destroy()
  await new Promise((wake) => setTimeout(wake, 300))
  expect(server.logs.join('\n')).not.toContain('unexpected error')
  expect((await backend.ask('GET', '/inventory')).status).toBe(404)
  expect((await backend.push(stateOf(1))).status).toBe(204)
})
