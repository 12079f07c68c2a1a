import { Decimal } from 'decimal.js'
import { describe, expect, test } from 'vitest'
import { billed, type Surroundings } from '../../../test/support/mapping.ts'
import type { JsonMap } from '../../formats/json-value.ts'
import { usageOfAzurerm } from '../usage-azurerm.ts'
import { mapperSet } from './mappers.ts'

const { lines } = billed(mapperSet, usageOfAzurerm, (text) => new Decimal(text))

const cases: [what: string, type: string, values: JsonMap, around: Surroundings, lines: string[]][] = [
  [
    'a small machine with its disk',
    'azurerm_linux_virtual_machine',
    { location: 'West Europe', size: 'Standard_B1s', os_disk: [{ storage_account_type: 'Premium_LRS', disk_size_gb: 100 }] },
    {},
    [
      'Compute: 1 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_B1s, productName~[Ss]eries( Linux)?$]',
      'OS disk: 1 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P10 LRS Disk]',
    ],
  ],
  [
    'Windows has other prices',
    'azurerm_windows_virtual_machine',
    { location: 'West Europe', size: 'Standard_D2s_v3', os_disk: [{ storage_account_type: 'StandardSSD_LRS' }] },
    {},
    [
      'Compute: 1 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_D2s_v3, productName~Series Windows$]',
      'OS disk: 1 month a month of Storage @westeurope [productName=Standard SSD Managed Disks, meterName=E10 LRS Disk]',
      'Disk operations: 100000000 request a month of Storage @westeurope [productName=Standard SSD Managed Disks, meterName=E10 LRS Disk Operations] (assumed)',
    ],
  ],
  [
    "a licence of one's own makes it as dear as Linux",
    'azurerm_windows_virtual_machine',
    {
      location: 'West Europe',
      size: 'Standard_D2s_v3',
      license_type: 'Windows_Server',
      os_disk: [{ storage_account_type: 'Premium_LRS', disk_size_gb: 127, diff_disk_settings: [{ option: 'Local' }] }],
    },
    {},
    ['Compute: 1 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_D2s_v3, productName~[Ss]eries( Linux)?$]'],
  ],
  [
    'a machine that may be taken away',
    'azurerm_linux_virtual_machine',
    {
      location: 'West Europe',
      size: 'Standard_F2',
      priority: 'Spot',
      os_disk: [{ storage_account_type: 'Standard_LRS', disk_size_gb: 30 }],
    },
    {},
    [
      'Compute: 1 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_F2, productName~[Ss]eries( Linux)?$] (spot)',
      'OS disk: 1 month a month of Storage @westeurope [productName=Standard HDD Managed Disks, meterName=S4 LRS Disk]',
      'Disk operations: 100000000 request a month of Storage @westeurope [productName=Standard HDD Managed Disks, meterName=S4 LRS Disk Operations] (assumed)',
    ],
  ],
  [
    'the older machine',
    'azurerm_virtual_machine',
    {
      location: 'West Europe',
      vm_size: 'Standard_A2_v2',
      storage_os_disk: [{ managed_disk_type: 'Standard_LRS' }],
      storage_data_disk: [{ managed_disk_type: 'Premium_LRS', disk_size_gb: 512 }],
      os_profile_windows_config: [{}],
    },
    {},
    [
      'Compute: 1 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_A2_v2, productName~Series Windows$]',
      'OS disk: 1 month a month of Storage @westeurope [productName=Standard HDD Managed Disks, meterName=S10 LRS Disk]',
      'Disk operations: 100000000 request a month of Storage @westeurope [productName=Standard HDD Managed Disks, meterName=S10 LRS Disk Operations] (assumed)',
      'Data disk: 1 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P20 LRS Disk]',
    ],
  ],
  [
    'a set of machines',
    'azurerm_linux_virtual_machine_scale_set',
    { location: 'West Europe', sku: 'Standard_F2', instances: 3, os_disk: [{ storage_account_type: 'Premium_LRS', disk_size_gb: 64 }] },
    {},
    [
      'Compute: 3 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_F2, productName~[Ss]eries( Linux)?$]',
      'OS disk: 3 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P6 LRS Disk]',
    ],
  ],
  [
    'the older set',
    'azurerm_virtual_machine_scale_set',
    {
      location: 'West Europe',
      sku: [{ name: 'Standard_F2', capacity: 2 }],
      storage_profile_os_disk: [{ managed_disk_type: 'Premium_LRS' }],
    },
    {},
    [
      'Compute: 2 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_F2, productName~[Ss]eries( Linux)?$]',
      'OS disk: 2 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P4 LRS Disk]',
    ],
  ],
  [
    'a disk',
    'azurerm_managed_disk',
    { location: 'West Europe', storage_account_type: 'Premium_LRS', disk_size_gb: 129 },
    {},
    ['Storage: 1 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P15 LRS Disk]'],
  ],
  [
    'an ultra disk',
    'azurerm_managed_disk',
    {
      location: 'West Europe',
      storage_account_type: 'UltraSSD_LRS',
      disk_size_gb: 100,
      disk_iops_read_write: 4000,
      disk_mbps_read_write: 20,
    },
    {},
    [
      'Storage: 100 GB-hour an hour of Storage @westeurope [productName=Ultra Disks, meterName=Ultra LRS Provisioned Capacity]',
      'IOPS: 4000 hour an hour of Storage @westeurope [productName=Ultra Disks, meterName=Ultra LRS Provisioned IOPS]',
      'Throughput: 20 hour an hour of Storage @westeurope [productName=Ultra Disks, meterName=Ultra LRS Provisioned Throughput (MBps)]',
    ],
  ],
  [
    'Premium v2',
    'azurerm_managed_disk',
    {
      location: 'West Europe',
      storage_account_type: 'PremiumV2_LRS',
      disk_size_gb: 100,
      disk_iops_read_write: 4000,
      disk_mbps_read_write: 100,
    },
    {},
    [
      'Storage: 100 GB-hour an hour of Storage @westeurope [productName=Azure Premium SSD v2, meterName=Premium LRS Provisioned Capacity]',
      'IOPS: 1000 hour an hour of Storage @westeurope [productName=Azure Premium SSD v2, meterName=Premium LRS Provisioned IOPS]',
    ],
  ],
  [
    'a cluster',
    'azurerm_kubernetes_cluster',
    { location: 'West Europe', sku_tier: 'Standard', default_node_pool: [{ vm_size: 'Standard_D2_v2', node_count: 3 }] },
    {},
    [
      'Cluster management: 1 hour an hour of Azure Kubernetes Service @westeurope [meterName=Standard Uptime SLA]',
      'Compute: 3 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_D2_v2, productName~[Ss]eries( Linux)?$]',
      'OS disk: 3 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P10 LRS Disk]',
    ],
  ],
  [
    'a free cluster',
    'azurerm_kubernetes_cluster',
    {
      location: 'West Europe',
      sku_tier: 'Free',
      default_node_pool: [{ vm_size: 'Standard_D2_v2', node_count: 1, os_disk_type: 'Ephemeral' }],
    },
    {},
    ['Compute: 1 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_D2_v2, productName~[Ss]eries( Linux)?$]'],
  ],
  [
    'a pool',
    'azurerm_kubernetes_cluster_node_pool',
    { vm_size: 'Standard_D2_v2', min_count: 2, os_type: 'Windows', os_disk_size_gb: 200 },
    { refers: { kubernetes_cluster_id: ['azurerm_kubernetes_cluster', { location: 'West Europe' }] } },
    [
      'Compute: 2 hour an hour of Virtual Machines @westeurope [armSkuName=Standard_D2_v2, productName~Series Windows$]',
      'OS disk: 2 month a month of Storage @westeurope [productName=Premium SSD Managed Disks, meterName=P15 LRS Disk]',
    ],
  ],
  [
    'an account',
    'azurerm_storage_account',
    { location: 'West Europe', account_tier: 'Standard', account_replication_type: 'RAGRS', access_tier: 'Cool' },
    {},
    [
      'Capacity: 100 GB-month a month of Storage @westeurope [productName=General Block Blob v2, skuName=Cool RA-GRS, meterName=Cool RA-GRS Data Stored] (assumed)',
      'Write operations: 100000 request a month of Storage @westeurope [productName=General Block Blob v2, skuName=Cool RA-GRS, meterName=Cool RA-GRS Write Operations] (assumed)',
      'Read operations: 1000000 request a month of Storage @westeurope [productName=General Block Blob v2, skuName=Cool RA-GRS, meterName~^[A-Za-z]+ ([A-Z-]+ )?Read Operations$] (assumed)',
    ],
  ],
  [
    'a share',
    'azurerm_storage_share',
    { quota: 50 },
    {
      refers: {
        storage_account_name: [
          'azurerm_storage_account',
          { location: 'West Europe', account_replication_type: 'LRS', account_tier: 'Standard' },
        ],
      },
    },
    [
      'Capacity: 50 GB-month a month of Storage @westeurope [productName=Files v2, skuName=Standard LRS, meterName~Data Stored$] (assumed)',
      'Write operations: 1000000 request a month of Storage @westeurope [productName=Files v2, skuName=Standard LRS, meterName~Write Operations$] (assumed)',
      'List operations: 1000000 request a month of Storage @westeurope [productName=Files v2, skuName=Standard LRS, meterName~List Operations$] (assumed)',
      'Read operations: 1000000 request a month of Storage @westeurope [productName=Files v2, skuName=Standard LRS, meterName~Read Operations$] (assumed)',
      'Other operations: 1000000 request a month of Storage @westeurope [productName=Files v2, skuName=Standard LRS, meterName~(Protocol|Other) Operations$] (assumed)',
    ],
  ],
  [
    'a premium share',
    'azurerm_storage_share',
    { quota: 100 },
    {
      refers: {
        storage_account_id: [
          'azurerm_storage_account',
          { location: 'West Europe', account_replication_type: 'ZRS', account_tier: 'Premium' },
        ],
      },
    },
    ['Provisioned: 100 GB-month a month of Storage @westeurope [productName=Premium Files, skuName=Premium ZRS, meterName~Provisioned$]'],
  ],
  [
    'a registry and its copies',
    'azurerm_container_registry',
    { location: 'West Europe', sku: 'Premium', georeplications: [{ location: 'North Europe' }] },
    {},
    [
      'Registry: 30.416667 day a month of Container Registry @westeurope [meterName=Premium Registry Unit]',
      'Replica: 30.416667 day a month of Container Registry @northeurope [meterName=Premium Registry Unit]',
    ],
  ],
  [
    'a registry that holds more than is included',
    'azurerm_container_registry',
    { location: 'West Europe', sku: 'Basic' },
    {},
    [
      'Registry: 30.416667 day a month of Container Registry @westeurope [meterName=Basic Registry Unit]',
      'Storage beyond what is included: 10 GB-month a month of Container Registry @westeurope [meterName~Data Stored$] (assumed)',
    ],
  ],
]

describe('what machines and storage of Azure are billed by', () => {
  test.each(cases)('%s (%s)', (_, type, values, around, expected) => expect(lines(type, values, around)).toEqual(expected))
})
