/** What resources of Azure are billed by. */
import type { MapperSet } from '../types.ts'
import { databases } from './databases.ts'
import { managedDisk } from './disks.ts'
import { free } from './free.ts'
import { kubernetes } from './kubernetes.ts'
import { network } from './network.ts'
import { services } from './services.ts'
import { storage } from './storage.ts'
import { virtualMachines } from './virtual-machines.ts'

export const mapperSet: MapperSet = {
  mappers: { ...virtualMachines, azurerm_managed_disk: managedDisk, ...kubernetes, ...storage, ...databases, ...network, ...services },
  free,
}
