import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { generate } from 'selfsigned'
import { signedResponse } from '../../test/support/saml-forge.ts'
import { as, call, chapter, post, step } from './steps.ts'

interface Demo {
  org: string
  run: string
}

/** A company brings its own identity provider, and says what it is entitled to. Begins and ends with the key of the organization. */
export async function bringTheCompany({ org, run }: Demo): Promise<void> {
  await signInThroughTheCompany({ org, run })
  await showLicence(org)
}

async function signInThroughTheCompany({ org, run }: Demo): Promise<void> {
  chapter('The company’s own identity provider')
  const issuer = `https://idp.example.com/${run}`
  const { private: privateKey, cert: certificate } = await generate([{ name: 'commonName', value: 'idp.example.com' }], {
    algorithm: 'sha256',
    keySize: 2048,
  })
  const added = await step(
    'adds a SAML2 provider; its group "ops" becomes a role',
    () =>
      call('POST', `/organizations/${org}/identity_providers`, {
        name: 'Company',
        metadata: metadataOf(issuer, certificate),
        group_mappings: [{ group: 'ops', role_canonical: 'default-project-viewer' }],
      }),
    ({ body }) => `${body.data.certificates.length} certificate, audience ${body.data.service_provider.entity_id}`,
  )
  const { entity_id: audience, acs_url: acsUrl } = added.body.data.service_provider
  const carol = {
    nameId: `carol-${run}@company.example`,
    attributes: { email: [`carol-${run}@company.example`], groups: ['ops'], givenName: ['Carol'], sn: ['Company'] },
  }
  const forge = { key: { privateKey, certificate }, issuer, acsUrl, audience, ...carol }
  const SAMLResponse = signedResponse(forge)
  const sent = await step(
    'Carol signs in there, and her browser comes back',
    () => post(acsUrl, { SAMLResponse, RelayState: '/projects' }),
    303,
  )
  await step('the same answer is good once', () => post(acsUrl, { SAMLResponse }), 401)
  await step(
    'one for another service is refused',
    () => post(acsUrl, { SAMLResponse: signedResponse({ ...forge, audience: 'https://elsewhere.example' }) }),
    401,
  )
  const code = new URL(sent.location ?? '').searchParams.get('code')
  const exchanged = await step(
    'the console exchanges the code',
    () => as(undefined, 'GET', `/user/saml2/oauth?oauth_code=${code}`),
    () => 'a session',
  )
  const carols = exchanged.body.data.token
  await step(
    'Carol sees the projects of her role',
    () => as(carols, 'GET', `/organizations/${org}/projects`),
    ({ body }) => body.data[0].name,
  )
  await step('what the provider vouches for ends at the organization', () => as(carols, 'GET', '/user/identities'), 403)
}

async function showLicence(org: string): Promise<void> {
  chapter('Licence and payment')
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const issue = [
    'run',
    '-s',
    'licence',
    '--',
    'issue',
    '--development',
    '--company',
    'Acme',
    '--email',
    'it@acme.example',
    '--members',
    '25',
    '--expires',
    '2099-12-31',
  ]
  const key = execFileSync('npm', issue, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const activated = await call('POST', `/organizations/${org}/licence`, { key })
  if (activated.status === 422) {
    await step('is told why a development licence is not taken', async () => activated, 422)
    console.log('             To see one at work: LICENCE_DEVELOPMENT=true npm start')
  } else {
    await step('activates a licence', async () => activated, 204)
    await step(
      'reads it',
      () => call('GET', `/organizations/${org}/licence`),
      ({ body }) => `${body.data.current_members} of ${body.data.members_count} seats, for ${body.data.company_name}`,
    )
  }
  await step(
    'refuses one that somebody changed',
    () => call('POST', `/organizations/${org}/licence`, { key: `${key.slice(0, -6)}AAAAAA` }),
    422,
  )
  const plans = await step(
    'lists the plans',
    () => call('GET', `/organizations/${org}/plans`),
    ({ body }) =>
      body.data.length > 0 ? body.data.map(({ name }: { name: string }) => name).join(', ') : 'none: this installation does not bill',
  )
  if (plans.body.data.length === 0)
    await step(
      'and says so to who subscribes',
      () => call('POST', `/organizations/${org}/subscriptions`, { plan_canonical: 'free_trial' }),
      422,
    )
}

function metadataOf(entityId: string, certificate: string): string {
  const body = certificate.replace(/-----[^-]+-----|\s/g, '')
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${entityId}/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>`
}
