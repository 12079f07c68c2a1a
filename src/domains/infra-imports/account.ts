/** From a configuration and a credential to an account that a tool can read. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { forbidden, invalid } from '../../errors.ts'
import { AddressRefused } from '../../outside/address-guard.ts'
import type { CloudAccount } from '../../outside/importer/types.ts'
import type { Platform } from '../../platform.ts'
import { openCredential } from '../credentials/credentials.ts'
import type { MayRead } from '../git.ts'
import type { Configuration } from './types.ts'

type Type = Configuration['type']

const fits = {
  CloudProviderAWSConfiguration: { provider: 'aws', credential: 'aws' },
  CloudProviderGCPConfiguration: { provider: 'google', credential: 'gcp' },
  CloudProviderAzureConfiguration: { provider: 'azurerm', credential: 'azure' },
  CloudProviderVMWareVSphereConfiguration: { provider: 'vsphere', credential: 'vmware' },
} as const satisfies Record<Type, { provider: CloudAccount['provider']; credential: string }>

export const providerOf = ({ type }: Pick<Configuration, 'type'>): CloudAccount['provider'] => fits[type].provider

const region = /^[a-z]{2,}(?:-[a-z0-9]+)+$/
const environments = ['public', 'usgovernment', 'china', 'german']

/**
 * @param provider that the URL names, if it does
 * @throws NotFoundEntity, Unauthorized, or Invalid when they do not fit each other
 */
export async function openAccount(
  tx: OrgTx,
  { master }: Pick<Platform, 'master'>,
  { configuration, credential_canonical: canonical }: { configuration: Configuration; credential_canonical: string },
  mayRead: MayRead,
  provider?: string,
): Promise<{ account: CloudAccount; credentialId: number }> {
  const fit = fits[configuration.type]
  if (provider !== undefined && provider !== fit.provider)
    throw invalid(`A ${configuration.type} is for the provider ${fit.provider}, not for ${provider}`, [
      `body.configuration.type: does not fit the provider ${provider}`,
    ])
  const problem = problemOf(configuration)
  if (problem !== undefined) throw invalid('The configuration cannot be used', [problem])
  const { credential, raw } = await openCredential(tx, master, canonical)
  if (!mayRead(credential))
    throw forbidden(`You may not look into the account of the credential ${canonical}: no rule grants you to read it`)
  if (credential.type !== fit.credential)
    throw invalid(`${fit.provider} needs a credential of the type ${fit.credential}, and ${canonical} is of the type ${credential.type}`, [
      `body.credential_canonical: must be of the type ${fit.credential}`,
    ])
  return { account: accountWith(configuration, raw), credentialId: credential.id }
}

function accountWith(configuration: Configuration, raw: Awaited<ReturnType<typeof openCredential>>['raw']): CloudAccount {
  switch (configuration.type) {
    case 'CloudProviderAWSConfiguration':
      return { provider: 'aws', region: configuration.region, accessKey: raw.access_key ?? '', secretKey: raw.secret_key ?? '' }
    case 'CloudProviderGCPConfiguration':
      return { provider: 'google', region: configuration.region, project: configuration.project, jsonKey: raw.json_key ?? '' }
    case 'CloudProviderAzureConfiguration':
      return {
        provider: 'azurerm',
        environment: configuration.environment,
        resourceGroups: configuration.resource_group_names,
        clientId: raw.client_id ?? '',
        clientSecret: raw.client_secret ?? '',
        subscriptionId: raw.subscription_id ?? '',
        tenantId: raw.tenant_id ?? '',
      }
    case 'CloudProviderVMWareVSphereConfiguration':
      return {
        provider: 'vsphere',
        server: configuration.server,
        insecure: configuration.allow_unverified_ssl,
        username: raw.username ?? '',
        password: raw.password ?? '',
      }
  }
}

/**
 * A tenant may not have the tool speak to what only we can reach. The tool looks the name up again by itself.
 * @throws Invalid
 */
export async function assertReachable({ guard }: Pick<Platform, 'guard'>, configuration: Configuration): Promise<void> {
  if (configuration.type !== 'CloudProviderVMWareVSphereConfiguration') return
  const { server } = configuration
  try {
    await guard.resolve(new URL(server.includes('://') ? server : `https://${server}`).hostname)
  } catch (error) {
    if (!(error instanceof AddressRefused || error instanceof TypeError)) throw error
    const reason = error instanceof AddressRefused ? error.message : 'it is no address'
    throw invalid(`The server ${server} cannot be reached from here: ${reason}`, ['body.configuration.server: cannot be reached'], error)
  }
}

/** They become words of a command: what could be taken for an option, or ends a text, is none of them. */
function problemOf(configuration: Configuration): string | undefined {
  switch (configuration.type) {
    case 'CloudProviderAWSConfiguration':
      return region.test(configuration.region) ? undefined : 'body.configuration.region: must be a region such as eu-west-1'
    case 'CloudProviderGCPConfiguration':
      if (!/^[a-z][a-z0-9:.-]{4,62}$/.test(configuration.project)) return 'body.configuration.project: must be the id of a project'
      return region.test(configuration.region) ? undefined : 'body.configuration.region: must be a region such as europe-west1'
    case 'CloudProviderAzureConfiguration':
      if (!environments.includes(configuration.environment))
        return `body.configuration.environment: must be one of ${environments.join(', ')}`
      return configuration.resource_group_names.every((name) => /^[\w(][\w().-]{0,89}$/.test(name))
        ? undefined
        : 'body.configuration.resource_group_names: must be names of resource groups'
    case 'CloudProviderVMWareVSphereConfiguration':
      return /^(?:https?:\/\/)?[A-Za-z0-9][\w.:/-]{0,252}$/.test(configuration.server)
        ? undefined
        : 'body.configuration.server: must be a host name or an address'
  }
}
