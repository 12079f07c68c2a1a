/** `npm run sign-in`, as it is run: another process, on the database of a service that goes on. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

function signIn(...words: string[]): Promise<{ code: number; out: string }> {
  const { TROCHOID_HOME: _, MASTER_KEYS: __, ...env } = process.env
  const script = fileURLToPath(new URL('../../../scripts/sign-in.ts', import.meta.url))
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', script, ...words],
      { env: { ...env, DATABASE_URL: server.database.url } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out: stdout + stderr }),
    )
  })
}

/** As an administrator who signed in by it would have left it, before it broke. */
const requireProvider = (canonical: string) =>
  server.database.query(
    `insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, default_role_id, required)
     select o.id, 'broken', 'Broken', $2, '<md/>', 'https://idp.example.com', 'https://idp.example.com/sso', '{}', r.id, true
     from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-member' where o.canonical = $1`,
    [canonical, fresh('public-id')],
  )

test('an operator lets members of an organization in by password again, at once', async () => {
  const [acme, kid, name] = [fresh('acme'), fresh('kid'), fresh('ada')]
  const cast = await scenario(server, organization(acme, member(name), child(kid, member(name))))
  const ada = cast[name] as Client
  const at = (organization_canonical: string) => ({ path: { organization_canonical } })
  await requireProvider(acme)
  await requireProvider(kid)
  expect(await ada.getOrg(at(acme))).toBeError('Unauthorized', 'identity provider')

  const below = await signIn('allow-passwords', kid)
  expect(below.out).toContain(`Not required any more in ${kid}: broken`)
  expect(below.out).toContain(`Still required by an organization above it: ${acme}`)
  expect(await ada.getOrg(at(kid))).toHaveStatus(403)

  expect(await signIn('allow-passwords', acme)).toMatchObject({ code: 0, out: expect.stringContaining('It holds at once') })
  for (const canonical of [acme, kid]) expect(await ada.getOrg(at(canonical))).toHaveStatus(200)
  const path = { organization_canonical: acme, identity_provider_canonical: 'broken' }
  expect((await ada.getIdentityProvider({ path })).body.data).toMatchObject({ required: false, enabled: true })
  const events = await server.database.query(
    `select message from events e join organizations o on o.id = e.organization_id where o.canonical = $1 and operation = 'identity_provider:update'`,
    [acme],
  )
  expect(events).toEqual([{ message: 'The operator of the platform let members in without the identity provider broken again' }])
})

test('says what it does, and what there is not', async () => {
  expect(await signIn()).toMatchObject({ code: 2, out: expect.stringContaining('allow-passwords <organization>') })
  expect(await signIn('allow-passwords', 'nowhere')).toMatchObject({
    code: 1,
    out: expect.stringContaining('there is no organization nowhere that requires an identity provider'),
  })
})
