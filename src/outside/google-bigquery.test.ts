import { generateKeyPairSync } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listBigQuery } from './google-bigquery.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyFile = (more: object = {}) =>
  JSON.stringify({
    client_email: 'robot@project.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    private_key_id: 'k1',
    token_uri: 'http://127.0.0.1:1/elsewhere',
    ...more,
  })

/** Google's part: answers by path, and what it was asked. */
let answers: Record<string, (query: URLSearchParams, response: ServerResponse) => void> = {}
let asked: { path: string; body: string; authorization: string | undefined }[] = []
const google = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const url = new URL(request.url ?? '', 'http://google')
  asked.push({ path: url.pathname, body, authorization: request.headers.authorization })
  const answer = answers[url.pathname]
  if (answer) answer(url.searchParams, response)
  else json(response, { error: { message: 'not there' } }, 404)
})
const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const always =
  (body: unknown, status = 200) =>
  (_: URLSearchParams, response: ServerResponse) =>
    void json(response, body, status)

let base = ''
beforeAll(async () => {
  await new Promise<void>((ready) => google.listen(0, '127.0.0.1', ready))
  base = `http://127.0.0.1:${(google.address() as AddressInfo).port}`
})
afterAll(() => {
  google.closeAllConnections()
  google.close()
})
const list = (key = keyFile(), timeout = 5000) => {
  asked = []
  return listBigQuery(key, { token: `${base}/token`, api: base, timeout })
}
const dataset = (id: string) => ({ datasetReference: { datasetId: id } })
const project = (id: string) => ({ projectReference: { projectId: id } })

describe('what a service account sees in BigQuery', () => {
  test('all pages of projects, datasets and tables; closed projects are empty', async () => {
    answers = {
      '/token': always({ access_token: 't0ken' }),
      '/bigquery/v2/projects': (query, response) =>
        void json(
          response,
          query.get('pageToken') ? { projects: [project('two')] } : { projects: [project('one')], nextPageToken: 'more' },
        ),
      '/bigquery/v2/projects/one/datasets': always({ datasets: [dataset('a'), dataset('b')] }),
      '/bigquery/v2/projects/one/datasets/a/tables': always({ tables: [{ tableReference: { tableId: 't' } }] }),
      '/bigquery/v2/projects/one/datasets/b/tables': always({}),
      '/bigquery/v2/projects/two/datasets': always({ error: { message: 'BigQuery is off' } }, 403),
    }
    expect(await list()).toEqual({
      projects: [
        {
          id: 'one',
          datasets: [
            { id: 'a', tables: [{ id: 't' }] },
            { id: 'b', tables: [] },
          ],
        },
        { id: 'two', datasets: [] },
      ],
    })
    expect(asked.slice(1).every(({ authorization }) => authorization === 'Bearer t0ken')).toBe(true)
  })

  test('Google is asked with a signed grant, and the address in the key file is not followed', async () => {
    answers = { '/token': always({ access_token: 't' }), '/bigquery/v2/projects': always({}) }
    expect(await list()).toEqual({ projects: [] })
    const form = new URLSearchParams(asked[0]?.body)
    const assertion = form.get('assertion') ?? ''
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    await jwtVerify(assertion, publicKey, { audience: `${base}/token`, issuer: 'robot@project.iam.gserviceaccount.com' })
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'RS256', kid: 'k1' })
    expect(decodeJwt(assertion)['scope']).toBe('https://www.googleapis.com/auth/bigquery.readonly')
  })

  test('a key that Google refuses is the caller’s to mend', async () => {
    answers = { '/token': always({ error: 'invalid_grant', error_description: 'account not found' }, 400) }
    await expect(list()).rejects.toMatchObject({ code: 'Invalid', message: 'Google refuses this credential (invalid_grant)' })
    answers = { '/token': always({ access_token: 't' }), '/bigquery/v2/projects': always({ error: { status: 'PERMISSION_DENIED' } }, 403) }
    await expect(list()).rejects.toMatchObject({ code: 'Invalid' })
  })

  test.each([
    ['fails', () => always({}, 500)],
    ['is overloaded', () => always({}, 429)],
    ['answers no JSON', () => (_: URLSearchParams, response: ServerResponse) => void response.end('<html>')],
    ['answers null', () => always(null, 400)],
    [
      'sends us elsewhere',
      () => (_: URLSearchParams, response: ServerResponse) => void response.writeHead(302, { location: `${base}/other` }).end(),
    ],
    ['gives no token', () => always({})],
    ['says nothing', () => () => {}],
  ])('when Google %s the caller may try again', async (_, answer) => {
    answers = { '/token': answer() }
    await expect(list(keyFile(), 300)).rejects.toMatchObject({ code: 'RetryOperation' })
  })

  test('a key that is none is refused without repeating it', async () => {
    for (const key of ['', '[]', 'null', '{}', keyFile({ private_key: 'BEGIN-my-secret' })]) {
      const error = await list(key).catch((reason: Error) => reason)
      expect(error).toMatchObject({ code: 'Invalid' })
      expect(JSON.stringify([error, (error as Error).cause ?? null, (error as Error).message])).not.toContain('my-secret')
    }
    expect(asked).toEqual([])
  })
})
