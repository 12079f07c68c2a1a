import type { Schema } from '../../contract/operation.ts'
import type { SchemaBlock } from '../../formats/terraform/provider-schema.ts'
import { factsOf, iconUrl } from '../../formats/terraform/resource-facts.ts'
import { providers as cloudProviders } from '../cloud-providers/providers.ts'
import type { ProviderInFull, ProviderRow } from './queries.ts'

export function viewProvider({ canonical, source }: ProviderRow): Schema<'TerraformProviderSimple'> {
  const cloud = cloudProviders.find((one) => one.canonical === canonical)
  if (cloud) return { canonical, name: cloud.name ?? canonical, abbreviation: cloud.abbreviation ?? canonical, cloud: true }
  const name = names[canonical] ?? source.split('/').at(-1) ?? canonical
  return { canonical, name, abbreviation: name, cloud: otherClouds.has(canonical) }
}

export const viewProviderInFull = (row: ProviderInFull): Schema<'TerraformProvider'> => ({
  ...viewProvider(row),
  schema: row.configuration,
})

export function viewType(apiUrl: string, type: string): Schema<'TerraformProviderResourceSimple'> {
  const facts = factsOf(type)
  return {
    canonical: type,
    description: facts.description,
    short_description: facts.shortDescription,
    category: facts.category,
    keywords: [...facts.keywords],
    is_node: facts.isNode,
    is_edge: facts.isEdge,
    image: iconUrl(apiUrl, facts),
    attributes: { important: [...facts.important] },
  }
}

export const viewTypeInFull = (apiUrl: string, type: string, schema: { block?: SchemaBlock }): Schema<'TerraformProviderResource'> => {
  const view = viewType(apiUrl, type)
  return { ...view, description: schema.block?.description ?? view.description, schema }
}

const otherClouds: ReadonlySet<string> = new Set([
  'azuread',
  'azurestack',
  'cloudflare',
  'digitalocean',
  'google-beta',
  'hcloud',
  'ibm',
  'linode',
  'oci',
  'tencentcloud',
  'vsphere',
  'vultr',
])

const names: Readonly<Record<string, string>> = {
  azuread: 'Microsoft Entra ID',
  cloudflare: 'Cloudflare',
  digitalocean: 'DigitalOcean',
  'google-beta': 'Google Cloud Platform (beta)',
  hcloud: 'Hetzner Cloud',
  helm: 'Helm',
  http: 'HTTP',
  kubernetes: 'Kubernetes',
  linode: 'Linode',
  local: 'Local files',
  null: 'Null',
  oci: 'Oracle Cloud Infrastructure',
  random: 'Random',
  terraform: 'Terraform',
  time: 'Time',
  tls: 'TLS',
  vault: 'Vault',
  vsphere: 'VMware vSphere',
}
