/**
 * Energy and emissions of what a bill names, by published coefficients: what was consumed, classified as machines, memory, storage or
 * network, times what one of it needs, times what the data center needs besides (PUE), times what the region's grid emits. It is an
 * estimate from averages; what a bill does not tell (requests, managed services by the query) is left out, and its cost counts as not covered.
 */
import { awsBeside, awsGrid, awsMachine, awsPue, awsReplication, awsTypeIn } from './aws.ts'
import { azureDisk, azureGrid, azureMachine, azurePue, azureReplication, azureTypeIn } from './azure.ts'
import {
  hoursOfMonth,
  kwhOfMachine,
  kwhOfMemory,
  kwhOfStorage,
  type Machine,
  networkKwh,
  type Processor,
  processors,
} from './coefficients.ts'
import { googleBeside, googleGrid, googleMachine, googlePart, googlePue, googleReplication, googleWhole } from './google.ts'
import type { EnergyFactors, EnergyQuestion } from './types.ts'
import { type Unit, unitOf } from './units.ts'

interface Provider {
  readonly grid: (region: string) => number | undefined
  readonly pue: (region: string) => number
  readonly machine: (type: string) => Machine | undefined
  readonly replication: (service: string, text: string) => number
  /** Of what runs without naming a machine. */
  readonly processor: Processor
}

const providers: ReadonlyMap<string, Provider> = new Map([
  ['aws', { grid: awsGrid, pue: () => awsPue, machine: awsMachine, replication: awsReplication, processor: processors.aws }],
  ['azurerm', { grid: azureGrid, pue: () => azurePue, machine: azureMachine, replication: azureReplication, processor: processors.azure }],
  ['google', { grid: googleGrid, pue: googlePue, machine: googleMachine, replication: googleReplication, processor: processors.google }],
])

/** What is known of a charge, in lower case where it is looked through. */
interface Charge {
  readonly provider: Provider
  readonly name: string
  readonly category: string
  readonly service: string
  readonly text: string
  readonly type: string
}

/** Undefined where it cannot be told what ran where. */
export function energyOf({ dimension, focus }: EnergyQuestion): EnergyFactors | undefined {
  const provider = providers.get(dimension.provider)
  const unit = unitOf(focus['ConsumedUnit'] || focus['PricingUnit'] || '')
  if (!provider || !unit || dimension.record_type !== 'usage') return undefined
  // A commitment that nobody used ran nothing.
  if (focus['CommitmentDiscountStatus'] === 'Unused') return undefined
  const co2ePerKwh = provider.grid(dimension.region)
  if (co2ePerKwh === undefined) return undefined
  const text = [focus['SkuMeter'], focus['ChargeDescription'], focus['ServiceSubcategory']].join(' ').slice(0, 2000).toLowerCase()
  const service = (focus['ServiceName'] ?? dimension.service).slice(0, 300).toLowerCase()
  const type = dimension.instance_type || typeInDetails(focus['SkuPriceDetails']) || typeInText(dimension.provider, text)
  const charge = { provider, name: dimension.provider, category: dimension.category, service, text, type: type.slice(0, 100) }
  const kwh = kwhOf(charge, unit)
  if (kwh === undefined || !Number.isFinite(kwh)) return undefined
  return { kwhPerUnit: kwh * unit.amount * provider.pue(dimension.region), co2ePerKwh }
}

/** A function gets a vCPU with every 1,769 MB: so many come with a GB. */
const functionVcpus = 1024 / 1769

const onVcpus = ({ processor }: Provider, vcpus: number): number => kwhOfMachine({ vcpus, memory: 0, processor })

/** kWh of one of the measure. */
function kwhOf(charge: Charge, { measure }: Unit): number | undefined {
  const { provider, text, category } = charge
  // Bought on top of a machine that is billed elsewhere.
  if (
    /marketplace|software|licen[cs](?:e|ing)|extended support|ecs-ec2|savings plan|surcharge|defender|sole[- ]tenancy|premium for|cpucredits|cpu credits/u.test(
      text,
    )
  )
    return undefined
  switch (measure) {
    case 'hour': {
      // An address is rented by the hour. What is sent through one is not.
      const kwh = /(?:public|elastic|external) ip/u.test(text) ? undefined : hourOf(charge)
      return kwh && kwh * machinesOf(charge)
    }
    case 'vcpu_hour':
      return onVcpus(provider, 1)
    case 'lambda_gb_second':
      return onVcpus(provider, functionVcpus) / 3600
    // Two GB of memory with the vCPUs that go with them; a database machine has eight for each.
    case 'acu_hour':
      return onVcpus(provider, 2 / 8)
    case 'gb':
      return isSent(text) ? networkKwh : undefined
    case 'gb_hour':
      return isMemory(charge) ? memoryOf(charge) * machinesOf(charge) : isStored(charge) ? storageOf(charge, 1) : undefined
    case 'gb_month':
      return category === 'networking' || isMemory(charge) ? undefined : storageOf(charge, hoursOfMonth)
  }
}

function hourOf(charge: Charge): number | undefined {
  const { provider, name, text, service, category, type } = charge
  const whole = name === 'google' ? googleWhole(text) : undefined
  const part = name === 'google' && !whole ? googlePart(text) : undefined
  if (part?.part === 'core') return kwhOfMachine({ vcpus: 1, memory: 0, processor: part.family.processor })
  if (/fargate/u.test(text)) return /vcpu/u.test(text) ? onVcpus(provider, 1) : memoryOf(charge)
  // What it calls seconds are GB times seconds.
  if (/lambda/u.test(service)) return /compute/u.test(text) ? onVcpus(provider, functionVcpus) : undefined
  const disk = name === 'azurerm' ? azureDisk(text) : undefined
  if (disk !== undefined) return storageOf(charge, disk)
  if (category === 'networking' || category === 'storage') return undefined
  const machine = whole ?? (type === '' || isBeside(charge) ? undefined : provider.machine(type))
  return machine && kwhOfMachine(machine)
}

/** A database in two zones is two machines; bills count one, at twice the price. */
function machinesOf({ name, service, text }: Charge): number {
  const isInTwo =
    name === 'google'
      ? /cloud sql/u.test(`${service} ${text}`) && /\bregional\b/u.test(text)
      : /multi-az/u.test(text) && !/single-az/u.test(text)
  return isInTwo ? 2 : 1
}

/** Is it charged beside a machine that another line is about, or for one that does not run? It names the type of that one all the same. */
function isBeside({ name, service, text }: Charge): boolean {
  if (name === 'google') return googleBeside(service, text)
  return name === 'aws' && awsBeside(service, text)
}

const isSent = (text: string): boolean =>
  /data transfer (?:out|to)\b|regional data transfer|out-bytes|regional-bytes|xfer-out|egress|transfer out|inter-?region|internet data/u.test(
    text,
  ) && !/data transfer in\b|in-bytes|transfer from/u.test(text)

const isMemory = ({ text, category }: Charge): boolean => category !== 'storage' && /\b(?:ram|memory)\b/u.test(text)

const isStored = ({ category, text, service }: Charge): boolean =>
  ['storage', 'database'].includes(category) || /storage|disk|volume|snapshot|\bpd\b/u.test(`${service} ${text}`)

/** Memory that is billed by itself: as much as goes with a vCPU is in that one's figure. */
function memoryOf({ name, text, provider }: Charge): number {
  const { family } = (name === 'google' ? googlePart(text) : undefined) ?? {}
  return kwhOfMemory(family?.memory ?? 4, family?.processor ?? provider.processor)
}

function storageOf({ provider, service, text, category }: Charge, hours: number): number {
  const fast = /\bssd\b|\bgp[23]\b|\bio[12]\b|general purpose|provisioned iops|premium|nvme|elastic file|aurora/u
  const slow = /\bhdd\b|\bst1\b|\bsc1\b|magnetic|snapshot|backup|archive|glacier|cold|standard storage|blob|bucket|timedstorage/u
  const both = `${service} ${text}`
  const medium = slow.test(text) ? 'hdd' : fast.test(both) || category === 'database' ? 'ssd' : 'hdd'
  return kwhOfStorage(medium, hours) * provider.replication(service, both)
}

const typeInText = (provider: string, text: string): string =>
  provider === 'aws' ? awsTypeIn(text) : provider === 'azurerm' ? azureTypeIn(text) : ''

function typeInDetails(details: string | undefined): string {
  if (details === undefined || details.length > 20_000) return ''
  const [, type] = /"(?:x_)?(?:InstanceType|instanceType|instance_type|ServiceType)"\s*:\s*"([\w .-]{2,60})"/u.exec(details) ?? []
  return type ?? ''
}
