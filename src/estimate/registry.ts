/** Every type of resource that something is known about. */
import type { PlanResource } from '../formats/terraform/plan.ts'
import { mapperSet as aws } from './aws/mappers.ts'
import { mapperSet as azurerm } from './azurerm/mappers.ts'
import { mapperSet as google } from './google/mappers.ts'
import type { Mapper, MapperSet } from './types.ts'

const sets: readonly MapperSet[] = [aws, azurerm, google]

export const mappers: ReadonlyMap<string, Mapper> = new Map(sets.flatMap((set) => Object.entries(set.mappers)))

export const freeTypes: ReadonlySet<string> = new Set(sets.flatMap((set) => [...set.free]))

/** They make files, names and keys where Terraform runs: nobody sends a bill for that. */
const freeProviders: ReadonlySet<string> = new Set([
  'archive',
  'cloudinit',
  'external',
  'http',
  'local',
  'null',
  'random',
  'template',
  'terraform',
  'terraform_data',
  'time',
  'tls',
])

export const mapperOf = (type: string): Mapper | undefined => mappers.get(type)

export const isFree = ({ type, provider }: PlanResource): boolean => freeTypes.has(type) || freeProviders.has(provider)
