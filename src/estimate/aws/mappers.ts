/** What resources of AWS are billed by. */
import type { MapperSet } from '../types.ts'
import { containers } from './containers.ts'
import { databases } from './databases.ts'
import { free } from './free.ts'
import { groups } from './groups.ts'
import { instances } from './instances.ts'
import { managed } from './managed.ts'
import { network } from './network.ts'
import { services } from './services.ts'
import { storage } from './storage.ts'
import { volumes } from './volumes.ts'

export const mapperSet: MapperSet = {
  mappers: { ...instances, ...volumes, ...groups, ...databases, ...managed, ...containers, ...network, ...storage, ...services },
  free,
}
