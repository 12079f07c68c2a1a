import type { Schema } from '../../contract/operation.ts'

type Provider = Pick<Schema<'CloudProvider'>, 'canonical' | 'name' | 'abbreviation' | 'regions'>

/**
 * In the order of their ids (the first is 1), with Terraform's names as canonicals. Regions are those that the three large
 * providers sell to everybody; theirs for governments and China need contracts of their own and are left out.
 */
export const providers: readonly Provider[] = [
  {
    canonical: 'aws',
    name: 'Amazon Web Services',
    abbreviation: 'AWS',
    regions: [
      ...['af-south-1', 'ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2', 'ap-southeast-1'],
      ...[
        'ap-southeast-2',
        'ap-southeast-3',
        'ap-southeast-4',
        'ap-southeast-5',
        'ap-southeast-7',
        'ca-central-1',
        'ca-west-1',
        'eu-central-1',
      ],
      ...['eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'il-central-1', 'me-central-1'],
      ...['me-south-1', 'mx-central-1', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
    ],
  },
  {
    canonical: 'google',
    name: 'Google Cloud Platform',
    abbreviation: 'GCP',
    regions: [
      ...[
        'africa-south1',
        'asia-east1',
        'asia-east2',
        'asia-northeast1',
        'asia-northeast2',
        'asia-northeast3',
        'asia-south1',
        'asia-south2',
      ],
      ...['asia-southeast1', 'asia-southeast2', 'australia-southeast1', 'australia-southeast2', 'europe-central2', 'europe-north1'],
      ...[
        'europe-north2',
        'europe-southwest1',
        'europe-west1',
        'europe-west10',
        'europe-west12',
        'europe-west2',
        'europe-west3',
        'europe-west4',
      ],
      ...['europe-west6', 'europe-west8', 'europe-west9', 'me-central1', 'me-central2', 'me-west1', 'northamerica-northeast1'],
      ...[
        'northamerica-northeast2',
        'northamerica-south1',
        'southamerica-east1',
        'southamerica-west1',
        'us-central1',
        'us-east1',
        'us-east4',
      ],
      ...['us-east5', 'us-south1', 'us-west1', 'us-west2', 'us-west3', 'us-west4'],
    ],
  },
  {
    canonical: 'azurerm',
    name: 'Azure',
    abbreviation: 'Azure',
    regions: [
      ...[
        'australiacentral',
        'australiaeast',
        'australiasoutheast',
        'brazilsouth',
        'canadacentral',
        'canadaeast',
        'centralindia',
        'centralus',
      ],
      ...['eastasia', 'eastus', 'eastus2', 'francecentral', 'germanywestcentral', 'israelcentral', 'italynorth', 'japaneast', 'japanwest'],
      ...['koreacentral', 'koreasouth', 'mexicocentral', 'newzealandnorth', 'northcentralus', 'northeurope', 'norwayeast', 'polandcentral'],
      ...['qatarcentral', 'southafricanorth', 'southcentralus', 'southeastasia', 'southindia', 'spaincentral', 'swedencentral'],
      ...['switzerlandnorth', 'uaenorth', 'uksouth', 'ukwest', 'westcentralus', 'westeurope', 'westindia', 'westus', 'westus2', 'westus3'],
    ],
  },
  { canonical: 'flexibleengine', name: 'Flexible Engine', abbreviation: 'FE' },
  { canonical: 'openstack', name: 'OpenStack', abbreviation: 'OpenStack' },
  { canonical: 'scaleway', name: 'Scaleway', abbreviation: 'Scaleway' },
  { canonical: 'vmware', name: 'VMware', abbreviation: 'VMware' },
  { canonical: 'ovh', name: 'OVHcloud', abbreviation: 'OVH' },
  { canonical: 'alibaba', name: 'Alibaba Cloud', abbreviation: 'Alibaba' },
  { canonical: 'oracle', name: 'Oracle Cloud Infrastructure', abbreviation: 'OCI' },
]
