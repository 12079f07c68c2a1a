/** What resources of Google Cloud are billed by. */
import type { MapperSet } from '../types.ts'
import { databases } from './databases.ts'
import { disks } from './disks.ts'
import { free } from './free.ts'
import { instances } from './instances.ts'
import { kubernetes } from './kubernetes.ts'
import { network } from './network.ts'
import { services } from './services.ts'

export const mapperSet: MapperSet = {
  mappers: { ...instances, ...disks, ...kubernetes, ...databases, ...network, ...services },
  free,
}
