import { Decimal } from 'decimal.js'
import { describe, expect, test } from 'vitest'
import { billed, type Surroundings } from '../../../test/support/mapping.ts'
import type { JsonMap } from '../../formats/json-value.ts'
import { usageOfGoogle } from '../usage-google.ts'
import { mapperSet } from './mappers.ts'

const { lines } = billed(mapperSet, usageOfGoogle, (text) => new Decimal(text))

const cases: [what: string, type: string, values: JsonMap, around: Surroundings, lines: string[]][] = [
  [
    'a small machine with an address',
    'google_compute_instance',
    {
      zone: 'us-central1-a',
      machine_type: 'e2-medium',
      boot_disk: [{ initialize_params: [{}] }],
      network_interface: [{ access_config: [{}] }],
    },
    {},
    [
      'vCPU: 1 hour an hour of Compute Engine @us-central1 [description~^E2 Instance Core running in]',
      'Memory: 4 GB-hour an hour of Compute Engine @us-central1 [description~^E2 Instance Ram running in]',
      'Boot disk: 10 GB-month a month of Compute Engine @us-central1 [description~^Storage PD Capacity]',
      'External address: 1 hour an hour of Compute Engine @us-central1 [description~^External IP Charge on a Standard VM]',
    ],
  ],
  [
    'sustained use',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'n1-standard-16', boot_disk: [{ initialize_params: [{ type: 'pd-ssd', size: 50 }] }] },
    {},
    [
      'vCPU: 11.2 hour an hour of Compute Engine @us-central1 [description~^N1 Predefined Instance Core running in]',
      'Memory: 42 GB-hour an hour of Compute Engine @us-central1 [description~^N1 Predefined Instance Ram running in]',
      'Boot disk: 50 GB-month a month of Compute Engine @us-central1 [description~^SSD backed PD Capacity]',
    ],
  ],
  [
    'a machine that may be taken away',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'n2-standard-8', scheduling: [{ provisioning_model: 'SPOT' }], scratch_disk: [{}, {}] },
    {},
    [
      'vCPU: 8 hour an hour of Compute Engine @us-central1 [description~^Spot Preemptible N2 Instance Core running in] (spot)',
      'Memory: 32 GB-hour an hour of Compute Engine @us-central1 [description~^Spot Preemptible N2 Instance Ram running in] (spot)',
      'Local SSD: 750 GB-month a month of Compute Engine @us-central1 [description~^SSD backed Local Storage]',
    ],
  ],
  [
    "a machine by one's own measure, with extended memory",
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'n2-custom-4-40960-ext' },
    {},
    [
      'vCPU: 3.2 hour an hour of Compute Engine @us-central1 [description~^N2 Custom Instance Core running in]',
      'Memory: 25.6 GB-hour an hour of Compute Engine @us-central1 [description~^N2 Custom Instance Ram running in]',
      'Extended memory: 8 GB-hour an hour of Compute Engine @us-central1 [description~^N2 Custom Extended Instance Ram running in]',
    ],
  ],
  [
    'a machine with accelerators',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'custom-2-4096', guest_accelerator: [{ type: 'nvidia-tesla-k80', count: 2 }] },
    {},
    [
      'vCPU: 1.4 hour an hour of Compute Engine @us-central1 [description~^Custom Instance Core running in]',
      'Memory: 2.8 GB-hour an hour of Compute Engine @us-central1 [description~^Custom Instance Ram running in]',
      'GPU: 1.4 hour an hour of Compute Engine @us-central1 [description~^Nvidia Tesla K80 GPU running in]',
    ],
  ],
  [
    'a machine that brings its accelerators',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'g2-standard-24' },
    {},
    [
      'vCPU: 24 hour an hour of Compute Engine @us-central1 [description~^G2 Instance Core running in]',
      'Memory: 96 GB-hour an hour of Compute Engine @us-central1 [description~^G2 Instance Ram running in]',
      'GPU: 1.4 hour an hour of Compute Engine @us-central1 [description~^Nvidia L4 GPU running in]',
    ],
  ],
  [
    'a shared machine',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'f1-micro' },
    {},
    ['Instance: 0.7 hour an hour of Compute Engine @us-central1 [description~^Micro Instance with burstable CPU running in]'],
  ],
  [
    'a machine type that nobody has heard of has no price',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'z9-huge-4' },
    {},
    ['Instance: 1 hour an hour of Compute Engine @us-central1 [description~^Unknown machine type running in]'],
  ],
  [
    'an address that is billed by itself',
    'google_compute_instance',
    { zone: 'us-central1-a', machine_type: 'e2-micro', network_interface: [{ access_config: [{}] }] },
    { refers: { 'network_interface.0.access_config.0.nat_ip': ['google_compute_address', {}] } },
    [
      'vCPU: 0.25 hour an hour of Compute Engine @us-central1 [description~^E2 Instance Core running in]',
      'Memory: 1 GB-hour an hour of Compute Engine @us-central1 [description~^E2 Instance Ram running in]',
    ],
  ],
  [
    'a group of machines',
    'google_compute_instance_group_manager',
    { zone: 'us-central1-a', target_size: 3 },
    {
      refers: {
        'version.0.instance_template': [
          'google_compute_instance_template',
          { machine_type: 'c2-standard-4', disk: [{ disk_type: 'pd-balanced', disk_size_gb: 20 }] },
        ],
      },
    },
    [
      'vCPU: 9.6 hour an hour of Compute Engine @us-central1 [description~^Compute optimized Core running in]',
      'Memory: 38.4 GB-hour an hour of Compute Engine @us-central1 [description~^Compute optimized Ram running in]',
      'Disk: 60 GB-month a month of Compute Engine @us-central1 [description~^Balanced PD Capacity]',
    ],
  ],
  [
    'a disk',
    'google_compute_disk',
    { zone: 'us-central1-a', type: 'pd-ssd', size: 100 },
    {},
    ['Storage: 100 GB-month a month of Compute Engine @us-central1 [description~^SSD backed PD Capacity]'],
  ],
  [
    'a disk with more IOPS',
    'google_compute_disk',
    { zone: 'us-central1-a', type: 'hyperdisk-balanced', size: 100, provisioned_iops: 5000 },
    {},
    [
      'Storage: 100 GB-month a month of Compute Engine @us-central1 [description~^Hyperdisk Balanced Capacity]',
      'IOPS: 2000 month a month of Compute Engine @us-central1 [description~^Hyperdisk Balanced IOPS]',
    ],
  ],
  [
    'a disk in two zones',
    'google_compute_region_disk',
    { region: 'us-central1', type: 'pd-balanced', size: 10 },
    {},
    ['Storage: 10 GB-month a month of Compute Engine @us-central1 [description~^Regional Balanced PD Capacity]'],
  ],
  [
    'an address that nobody uses',
    'google_compute_address',
    { region: 'us-central1' },
    {},
    ['Address: 1 hour an hour of Compute Engine @us-central1 [description~^Static Ip Charge]'],
  ],
  [
    'an address that a machine uses',
    'google_compute_address',
    { region: 'us-central1' },
    { referredBy: { google_compute_instance: [{}] } },
    ['Address in use: 1 hour an hour of Compute Engine @us-central1 [description~^External IP Charge on a Standard VM]'],
  ],
  ['an internal address is free', 'google_compute_address', { region: 'us-central1', address_type: 'INTERNAL' }, {}, []],
  [
    'an address of a balancer is free',
    'google_compute_global_address',
    {},
    { referredBy: { google_compute_global_forwarding_rule: [{}] } },
    [],
  ],
  [
    'a rule of a balancer',
    'google_compute_forwarding_rule',
    { region: 'us-central1' },
    {},
    [
      'Forwarding rule: 1 hour an hour of Compute Engine @us-central1 [description~Forwarding Rule Additional]',
      'Data processed: 100 GB a month of Compute Engine @us-central1 [description~Load Balancing: Data Processing] (assumed)',
    ],
  ],
  [
    'a rule of a balancer for the world',
    'google_compute_global_forwarding_rule',
    {},
    {},
    [
      'Forwarding rule: 1 hour an hour of Compute Engine @ [description~Forwarding Rule Additional]',
      'Data processed: 100 GB a month of Compute Engine @ [description~Load Balancing: Data Processing] (assumed)',
    ],
  ],
  [
    'a gateway to the outside',
    'google_compute_router_nat',
    { region: 'us-central1' },
    {},
    [
      'Uptime: 4 hour an hour of Compute Engine @us-central1 [description~NAT Gateway: Uptime charge] (assumed)',
      'Data processed: 10 GB a month of Compute Engine @us-central1 [description~NAT Gateway: Data processing charge] (assumed)',
    ],
  ],
  [
    'a tunnel',
    'google_compute_vpn_tunnel',
    { region: 'us-central1' },
    {},
    ['Tunnel: 1 hour an hour of Compute Engine @us-central1 [resourceGroup=VPNTunnel]'],
  ],
  [
    'a zone of names',
    'google_dns_managed_zone',
    {},
    {},
    [
      'Zone: 1 month a month of Cloud DNS @ [description~^ManagedZone]',
      'Queries: 1000000 request a month of Cloud DNS @ [description~^DNS Query] (assumed)',
    ],
  ],
]

describe('what machines and networks of Google Cloud are billed by', () => {
  test.each(cases)('%s (%s)', (_, type, values, around, expected) => expect(lines(type, values, around)).toEqual(expected))
})
