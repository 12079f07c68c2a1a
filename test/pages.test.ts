import { describe, expect, test } from 'vitest'
import document from '../src/contract/openapi.json' with { type: 'json' }
import { openTestServer, useServer } from './support/server.ts'

const server = useServer()
const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

describe('beside the operations', () => {
  test('the document that is served is the one the code is made from', async () => {
    expect(await (await get('/openapi.json')).json()).toEqual(document)
  })

  test('the reference page and its parts come from here, and may come from nowhere else', async () => {
    const page = await get('/docs')
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'self'`)
    const html = await page.text()
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part = '']) => part)
    expect(parts.length).toBeGreaterThan(2)
    for (const part of parts) {
      expect(part).toMatch(/^\//)
      const { status, headers } = await get(part)
      expect([part, status]).toEqual([part, 200])
      expect(headers.get('content-type')).toMatch(/css|javascript/)
    }
  })

  test('the health check answers while the database does', async () => {
    const healthy = await get('/health_check')
    expect([healthy.status, await healthy.json()]).toEqual([200, { status: 'ok' }])
  })

  test('metrics count requests by operation, and know nothing of who asked', async () => {
    await server.client('not-a-token').getOrg({ path: { organization_canonical: 'secret-place' } })
    const text = await (await get('/metrics')).text()
    expect(text).toMatch(/trochoid_http_request_duration_seconds_count{operation="getOrg",status="401"} \d/)
    expect(text).not.toContain('secret-place')
  })

  test('without a mail server there is an outbox to read', async () => {
    expect((await get('/dev/outbox')).status).toBe(200)
    expect(await (await get('/dev/outbox', { accept: 'application/json' })).json()).toEqual({ data: [] })
  })

  test('with a mail server there is none', async () => {
    await using mailing = await openTestServer({ beside: server, config: { smtpUrl: 'smtp://127.0.0.1:9' } })
    expect((await fetch(`${mailing.url}/dev/outbox`)).status).toBe(404)
  })
})
