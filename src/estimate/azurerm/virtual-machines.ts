/** Virtual machines, one or many, with the disks that they start with. */
import { Decimal } from 'decimal.js'
import { type Attributes, atLeast, attributesOf, everyHour, times } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { azure, regionOf } from './azure.ts'
import { diskParts } from './disks.ts'

export type Billing = 'linux' | 'windows'

export function machinePart(size: string, billing: Billing, region: string, spot = false): BilledPart {
  const productName = billing === 'windows' ? /Series Windows$/ : /[Ss]eries( Linux)?$/
  return everyHour('Compute', new Decimal(1), azure('Virtual Machines', region, { armSkuName: size, productName }), {
    details: [size, billing, ...(spot ? ['spot'] : [])],
    purchaseOption: spot ? 'spot' : undefined,
  })
}

/** A licence that was brought along makes Windows as dear as Linux. */
const billingOf = (machine: Attributes, windows: boolean): Billing =>
  windows && !/^windows_/i.test(machine.text('license_type') ?? '') ? 'windows' : 'linux'

function osDisk(machine: Attributes, region: string, context: MapperContext, windows: boolean): readonly BilledPart[] {
  const disk = machine.block('os_disk')
  // On the machine itself: nothing to pay for.
  if (disk?.block('diff_disk_settings')) return []
  const size = disk?.maybeNumber('disk_size_gb') ?? new Decimal(windows ? 127 : 30)
  return diskParts(disk?.text('storage_account_type') ?? 'Standard_LRS', size, region, context, 'OS disk')
}

const machine =
  (windows: boolean): Mapper =>
  (resource, context) => {
    const read = attributesOf(resource)
    const region = regionOf(resource, context)
    const size = read.text('size') ?? read.text('sku') ?? ''
    const spot = read.text('priority') === 'Spot'
    return [machinePart(size, billingOf(read, windows), region, spot), ...osDisk(read, region, context, windows)]
  }

/** The older one resource for both systems. */
const eitherMachine: Mapper = (resource, context) => {
  const read = attributesOf(resource)
  const region = regionOf(resource, context)
  const os = read.block('storage_os_disk')
  const windows = read.blocks('os_profile_windows_config').length > 0 || /windows/i.test(os?.maybeText('os_type') ?? '')
  const disk = (block: Attributes | undefined, label: string, fallback: number) =>
    diskParts(
      block?.maybeText('managed_disk_type') ?? 'Standard_LRS',
      block?.maybeNumber('disk_size_gb') ?? new Decimal(fallback),
      region,
      context,
      label,
    )
  return [
    machinePart(read.text('vm_size') ?? '', billingOf(read, windows), region),
    ...disk(os, 'OS disk', windows ? 127 : 30),
    ...read.blocks('storage_data_disk').flatMap((block) => disk(block, 'Data disk', 30)),
  ]
}

const scaleSet =
  (windows: boolean): Mapper =>
  (resource, context) => {
    const read = attributesOf(resource)
    const region = regionOf(resource, context)
    const data = read
      .blocks('data_disk')
      .flatMap((disk) =>
        diskParts(
          disk.text('storage_account_type') ?? 'Standard_LRS',
          disk.number('disk_size_gb') ?? new Decimal(30),
          region,
          context,
          'Data disk',
        ),
      )
    return times(read.number('instances') ?? new Decimal(1), [...machine(windows)(resource, context), ...data])
  }

/** The older scale set says its machines in a block. */
const eitherScaleSet: Mapper = (resource, context) => {
  const read = attributesOf(resource)
  const region = regionOf(resource, context)
  const sku = read.block('sku')
  const windows = read.blocks('os_profile_windows_config').length > 0
  const os = read.block('storage_profile_os_disk')
  return times(atLeast(0, sku?.number('capacity') ?? new Decimal(1)), [
    machinePart(sku?.text('name') ?? '', billingOf(read, windows), region, read.text('priority') === 'Spot'),
    ...diskParts(os?.text('managed_disk_type') ?? 'Standard_LRS', new Decimal(windows ? 127 : 30), region, context, 'OS disk'),
  ])
}

export const virtualMachines: Record<string, Mapper> = {
  azurerm_linux_virtual_machine: machine(false),
  azurerm_windows_virtual_machine: machine(true),
  azurerm_virtual_machine: eitherMachine,
  azurerm_linux_virtual_machine_scale_set: scaleSet(false),
  azurerm_windows_virtual_machine_scale_set: scaleSet(true),
  azurerm_virtual_machine_scale_set: eitherScaleSet,
}
