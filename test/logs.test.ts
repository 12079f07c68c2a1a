import { describe, expect, test } from 'vitest'
import { fresh, member, organization, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'

const server = useServer()

interface Line {
  level: string
  request_id?: string
  operation?: string
  actor?: string
  organization?: string
}

describe('the log', () => {
  test('has one JSON line for a request, with its id, who asked, and about which organization', async () => {
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.getOrg({ path: { organization_canonical } })
    const lines = await linesOf(answer.headers.get('x-request-id'))
    expect(lines).toMatchObject([{ level: 'info', operation: 'getOrg', actor: 'user:ada', organization: organization_canonical }])
  })

  test('holds no token, wherever the caller put it', async () => {
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const token = ada.token ?? ''
    await server.client().call('getOrg', { path: { organization_canonical }, query: { api_key: token } })
    await server.client().call('getPendingMemberInvitation', { path: { verification_token: 'invitation-secret' } })
    const text = server.logs.join('')
    expect(text).toContain('getPendingMemberInvitation')
    expect(text).not.toContain(token)
    expect(text).not.toContain('invitation-secret')
  })

  test('redacts what is called a secret, at any depth that is logged', () => {
    server.platform.log.warn({ password: 'hunter2', body: { raw: 'hunter2', nested: { token: 'hunter2' } } }, 'a defect that logs too much')
    const line = server.logs.find((text) => text.includes('a defect that logs too much')) ?? ''
    expect(line).toContain('[redacted]')
    expect(line).not.toContain('hunter2')
  })
})

/** The line is written when the answer has gone out, which may be a moment after it has come in. */
async function linesOf(requestId: string | null): Promise<Line[]> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const lines = server.logs.map((line) => JSON.parse(line) as Line).filter((line) => line.request_id === requestId)
    if (lines.length > 0) return lines
    await new Promise((wake) => setTimeout(wake, 20))
  }
  return []
}
