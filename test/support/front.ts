/**
 * What stands before an installation: one address for the API and, under `/console`, for a page that stands in for the web
 * console. The page does by itself only what every console must: it shows where it is. The rest is `run`, its scripts.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll } from 'vitest'

export interface Front {
  /** `http://localhost:<port>`: passkeys take a name, and `localhost` is another site than `127.0.0.1` of the providers. */
  readonly apiUrl: string
  readonly consoleUrl: string
  /** From now on what is not the console's is asked there. */
  leadTo(url: string): void
  /** The address of the next request below this path. It gets no further: the browser stays where it was, and the API hears nothing. */
  hold(path: string): Promise<string>
}

/** For a whole file, there before its server, which is told the addresses: `useServer({ config: front })` and `front.leadTo`. */
export async function useFront(): Promise<Front> {
  let api = ''
  let held: { path: string; tell(address: string): void } | undefined
  const server = createServer((request, response) => {
    if (held && request.url?.startsWith(held.path)) {
      held.tell(`${apiUrl}${request.url}`)
      held = undefined
      response.writeHead(204).end()
    } else if (request.url?.startsWith('/console')) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(consolePage)
    else pass(api, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const apiUrl = `http://localhost:${(server.address() as AddressInfo).port}`
  return {
    apiUrl,
    consoleUrl: `${apiUrl}/console`,
    leadTo(url) {
      api = url
    },
    hold: (path) =>
      new Promise((tell) => {
        held = { path, tell }
      }),
  }
}

function pass(api: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '/', headers } = request
  const onward = openRequest(new URL(url, api), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(response)
  })
  onward.once('error', (error) => response.writeHead(502).end(String(error)))
  request.pipe(onward)
}

/** What the page answered to a call of the API. */
export interface PageAnswer {
  status: number
  body: unknown
}

/** Calls the API from the page, as a console would. */
export const ask = (
  page: Page,
  method: string,
  path: string,
  { body, token }: { body?: unknown; token?: string } = {},
): Promise<PageAnswer> =>
  page.evaluate(([name, ...given]) => Reflect.get(globalThis, name)(...given), ['ask', method, path, body, token] as [string, ...unknown[]])

/** `navigator.credentials.create` or `.get`, with options of the API as JSON; answers the JSON to send back. */
export const usePasskey = (page: Page, what: 'create' | 'get', options: unknown): Promise<Record<string, unknown>> =>
  page.evaluate(([name, ...given]) => Reflect.get(globalThis, name)(...given), ['usePasskey', what, options] as [string, ...unknown[]])

const consolePage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Console</title>
<script>
  async function ask(method, path, body, token) {
    const headers = { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: 'Bearer ' + token } : {}) }
    const answer = await fetch(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
  async function usePasskey(what, options) {
    const publicKey = what === 'create'
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options)
    return (await navigator.credentials[what]({ publicKey })).toJSON()
  }
</script>
<p>This is the console.</p></html>
`
