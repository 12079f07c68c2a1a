/** Names of providers as bills write them, and their canonicals (src/domains/cloud-providers/providers.ts). */

/** Canonical of a provider. One that is not known keeps its own name, made canonical. */
export function providerOf(name: string): string {
  // Bounded first: to normalize a megabyte of accents takes minutes.
  const plain = name.slice(0, 256).trim().toLowerCase()
  const known = canonicals[plain] ?? canonicals[plain.replace(/[,.]|\b(?:inc|llc|ltd|corporation|corp|sas|gmbh|limited)\b/g, '').trim()]
  if (known !== undefined) return known
  return plain
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '')
}

const names: Record<string, readonly string[]> = {
  aws: [
    'aws',
    'amazon web services',
    'amazon',
    'amazon aws',
    'aws marketplace',
    'amazon web services emea sarl',
    'amazon web services emea',
  ],
  azurerm: ['microsoft', 'azure', 'microsoft azure', 'azurerm', 'microsoft operations', 'microsoft ireland operations'],
  google: ['google cloud', 'google', 'gcp', 'google cloud platform', 'google cloud emea', 'googlecloud'],
  oracle: ['oracle', 'oracle cloud', 'oracle cloud infrastructure', 'oci', 'oracle america'],
  alibaba: ['alibaba cloud', 'alibaba', 'aliyun', 'alibabacloud', 'alibaba cloud computing'],
  ovh: ['ovh', 'ovhcloud', 'ovh cloud', 'ovh groupe'],
  scaleway: ['scaleway', 'scaleway cloud'],
  flexibleengine: ['flexible engine', 'flexibleengine', 'orange flexible engine', 'orange business services'],
  openstack: ['openstack'],
  vmware: ['vmware', 'vsphere', 'vmware vsphere', 'vmware by broadcom'],
}

const canonicals: Record<string, string> = Object.assign(
  Object.create(null),
  Object.fromEntries(Object.entries(names).flatMap(([canonical, all]) => all.map((name) => [name, canonical]))),
)
