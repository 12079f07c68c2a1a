/** The organization acme with five projects, and raw requests as its administrator: for tests of what stands on the wire. */
import { beforeAll } from 'vitest'
import { type RawAnswer, send } from './raw.ts'
import { configRepository, environment, member, organization, project, scenario } from './scenario.ts'
import type { TestServer } from './server.ts'

/** The file has a database of its own, so a plain name will do, and tests are called the same on every run. */
export const acme = 'acme'
export const projects = `/organizations/${acme}/projects`

export function useAcme(server: TestServer) {
  let token = ''
  beforeAll(async () => {
    const five = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'].map((name) => project(name, environment('prod')))
    const { ada } = await scenario(server, organization(acme, member('ada'), configRepository('config'), ...five))
    token = ada.token ?? ''
  })
  const at = (target: string, more: Parameters<typeof send>[2] = {}): Promise<RawAnswer> =>
    send(server.url, target, { ...more, headers: { authorization: `Bearer ${token}`, ...more.headers } })
  const post = (target: string, body: string | Uint8Array, type: string | undefined = 'application/json', headers = {}) =>
    at(target, { method: 'POST', body, headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers } })
  return { at, post, token: () => token }
}
