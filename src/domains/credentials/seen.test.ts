import { expect, test } from 'vitest'
import { apiKey, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

test('who looks at the values of a credential leaves an event, which does not tell them; keys, which read them all the time, leave none', async () => {
  const path = { organization_canonical: fresh('acme') }
  const { ada, robot } = await scenario(server, organization(path.organization_canonical, member('ada'), apiKey('robot')))
  const raw = { username: 'u', password: 'S3cr3t-value' }
  expect(await ada.createCredential({ path, body: { name: 'git', path: 'git', type: 'basic_auth', raw } })).toHaveStatus(200)
  const credential = { path: { ...path, credential_canonical: 'git' } }
  expect((await robot.getCredential(credential)).body.data.raw).toMatchObject(raw)
  expect((await ada.getCredential(credential)).body.data.raw).toMatchObject(raw)
  const { body } = await ada.getEvents({ path, query: { begin: Date.now() - 600_000, end: Date.now() + 1000 } })
  const seen = body.data.filter(({ message }) => message.includes('looked at the values'))
  expect(seen.map(({ message }) => message)).toEqual(['ada looked at the values of the credential git'])
  expect(JSON.stringify(body)).not.toContain('S3cr3t')
})
