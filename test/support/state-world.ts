/** A component whose Terraform state is kept here, and Terraform's `http` backend as plain requests. */
import { createHash } from 'node:crypto'
import { mintStateToken } from '../../src/domains/terraform-state/tokens.ts'
import type { Client } from './client.ts'
import type { Repositories } from './repositories.ts'
import type { TestServer } from './server.ts'
import { webStack } from './web-stack.ts'
import { must, openWorkshop, type Workshop } from './workshop.ts'

export interface StateWorld {
  workshop: Workshop
  ada: Client
  organizationId: number
  /** Of the component `front`. */
  path: Workshop['at'] & { component_canonical: string }
  token: string
  backend: Backend
  tokenOf(component: string, generation?: number): string
  backendOf(token: string): Backend
  make(component: string, stack?: string): Promise<void>
}

export interface Backend {
  address(path?: string): string
  ask(method: string, path: string, options?: { body?: unknown; id?: string; headers?: Record<string, string> }): Promise<Response>
  /** With the checksum, as Terraform sends it. */
  push(document: unknown, id?: string): Promise<Response>
  lock(id: string, who?: string): Promise<Response>
  unlock(id?: string): Promise<Response>
}

/** Its pipeline knows the address of the state. */
const withToken = (canonical: string) => ({
  ...webStack(canonical),
  [`${canonical}/pipeline/variables.sample.yml`]: `region: nowhere\nstate: '($ .api_url $)/inventory?jwt=($ .inventory_jwt $)'\n`,
})

const vars = { Server: { Pipeline: { region: 'eu-west-1' } } }

export async function openStateWorld(server: TestServer, repositories: Repositories): Promise<StateWorld> {
  const workshop = await openWorkshop(server, repositories, { ...webStack(), ...withToken('other') })
  const { ada, org, at } = workshop
  const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  const organizationId = Number(row?.id)
  await keepStates(server, organizationId)
  const make = async (canonical: string, stack = 'web') => {
    await must(
      ada.createComponent({
        path: at,
        body: { name: canonical, canonical, service_catalog_ref: `${org}:${stack}`, use_case: 'default', vars },
      }),
    )
  }
  await make('front')
  const tokenOf = (component: string, generation = 1) =>
    mintStateToken(server.platform, { organizationId, project: 'shop', environment: 'prod', component, generation })
  const backendOf = (token: string) => openBackend(server.url, token)
  const token = tokenOf('front')
  return {
    workshop,
    ada,
    organizationId,
    path: { ...at, component_canonical: 'front' },
    token,
    backend: backendOf(token),
    tokenOf,
    backendOf,
    make,
  }
}

/** The organization's default for Terraform states. */
export const keepStates = (server: TestServer, organizationId: number) =>
  server.database.query(
    `insert into external_backends (organization_id, purpose, engine, configuration, is_default)
     values ($1, 'remote_tfstate', 'HTTPStorage', '{"engine": "HTTPStorage", "url": "https://example.com"}', true)`,
    [organizationId],
  )

export function openBackend(url: string, token: string): Backend {
  const address = (path = '/inventory') => `${url}${path}?jwt=${token}`
  const ask: Backend['ask'] = (method, path, { body, id, headers = {} } = {}) =>
    fetch(`${address(path)}${id === undefined ? '' : `&ID=${encodeURIComponent(id)}`}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body) }),
    })
  return {
    address,
    ask,
    push(document, id) {
      const body = typeof document === 'string' ? document : JSON.stringify(document)
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
      return ask('POST', '/inventory', { body, headers, ...(id === undefined ? {} : { id }) })
    },
    lock: (id, who = 'ada@laptop') =>
      ask('POST', '/inventory/lock', {
        body: {
          ID: id,
          Operation: 'OperationTypeApply',
          Info: '',
          Who: who,
          Version: '1.11.4',
          Created: '2026-01-02T03:04:05.678Z',
          Path: '',
        },
      }),
    unlock: (id) => ask('DELETE', '/inventory/lock', id === undefined ? {} : { body: { ID: id } }),
  }
}

/** A state as Terraform writes it, with `things` of the type `terraform_data`, or the resources that are given. */
export const stateOf = (serial: number, things: readonly string[] | readonly object[] = [], more: object = {}) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial,
  lineage: '0f8a5b5e-1111-2222-3333-444455556666',
  outputs: {},
  resources: things.map((thing) =>
    typeof thing === 'string'
      ? {
          mode: 'managed',
          type: 'terraform_data',
          name: thing,
          provider: 'provider["terraform.io/builtin/terraform"]',
          instances: [{ schema_version: 0, attributes: { id: thing, input: { value: thing, type: 'string' } }, sensitive_attributes: [] }],
        }
      : thing,
  ),
  check_results: null,
  ...more,
})
