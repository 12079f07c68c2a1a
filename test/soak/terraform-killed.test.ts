/** A server that dies while it stores a state leaves the state as it was, or as it was to be; whoever held the lock holds it still. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { useRepositories } from '../support/repositories.ts'
import { useServer } from '../support/server.ts'
import { openBackend, openStateWorld, stateOf } from '../support/state-world.ts'
import { gitIn, must } from '../support/workshop.ts'

vi.setConfig({ testTimeout: 200_000 })
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Another process on the same database and keys, which is killed at the end whatever happens. */
async function openProcess(): Promise<{ url: string; kill(): Promise<void> }> {
  const port = await freePort()
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: server.database.url,
    TROCHOID_HOME: server.platform.config.home,
    WORKER: 'false',
    LOG_LEVEL: 'silent',
    CONSOLE: 'off',
  }
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', main], { env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error('the server did not start')
    if ((await fetch(`${url}/status`).catch(() => undefined))?.ok) break
    await sleep(50)
  }
  return {
    url,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const things = 5000
const large = (serial: number, value: string) =>
  JSON.stringify(
    stateOf(serial, [
      {
        mode: 'managed',
        type: 'terraform_data',
        name: 'many',
        provider: 'provider["terraform.io/builtin/terraform"]',
        instances: Array.from({ length: things }, (_, index) => ({
          index_key: index,
          attributes: { value: `${value} ${index}`, text: 'x'.repeat(300) },
        })),
      },
    ]),
  )

test('a killed server leaves the old state or the new one, never half of one, and the lock', async () => {
  const { backend, ada, path, token } = await openStateWorld(server, repositories)
  expect((await backend.push(large(1, 'old'))).status).toBe(204)
  await backend.lock('held')
  let present = 1
  const ends: string[] = []
  // From before anything is stored to about the end of it.
  for (const [round, milliseconds] of [60, 250, 450, 700].entries()) {
    const other = await openProcess()
    const serial = present + 1
    const pushed = openBackend(other.url, token)
      .push(large(serial, `round ${round}`), 'held')
      .then(
        ({ status }) => String(status),
        () => 'cut off',
      )
    await sleep(milliseconds)
    await other.kill()
    ends.push(await pushed)
    // Postgres may still be finishing what a connection that is gone has asked for.
    const state = await vi.waitFor(async () => {
      const kept = (await (await backend.ask('GET', '/inventory')).json()) as {
        serial: number
        resources: { instances: { attributes: { value: string } }[] }[]
      }
      const { pagination, data } = (
        await must(
          ada.listInventoryResources({
            path: { organization_canonical: path.organization_canonical },
            search: 'page_size=1&order_by=resources_name',
          }),
        )
      ).body
      expect(pagination.total).toBe(things)
      const [first] = kept.resources[0]?.instances ?? []
      const shown = (data[0]?.attributes ?? {}) as { value?: string }
      expect(shown.value?.split(' ').slice(0, -1)).toEqual(first?.attributes.value.split(' ').slice(0, -1))
      return kept
    })
    expect([present, serial]).toContain(state.serial)
    expect(state.resources[0]?.instances.length).toBe(things)
    present = state.serial
    expect((await must(ada.getComponentState({ path }))).body.data).toMatchObject({
      locked: true,
      lock: { id: 'held' },
      newest: { serial: present },
    })
  }
  expect(ends).toContain('cut off')
  expect((await backend.push(large(present + 1, 'last'), 'held')).status).toBe(204)
  expect((await backend.unlock('held')).status).toBe(204)
})
