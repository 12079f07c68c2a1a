/** A Terraform state of format 4, read as it arrives: what it is, and one instance of a resource after the other. */
import { createHash } from 'node:crypto'
import { FormatError } from '../format-error.ts'
import { JsonSlices, parseJson } from './json-slices.ts'
import { storableAttributes } from './state-attributes.ts'
import { clean, isOdd } from './state-text.ts'

export interface StateHead {
  serial: number
  lineage: string
  terraformVersion: string
  /** Where the number of the serial stands in the document: bytes from the beginning. */
  serialAt: { start: number; end: number }
}

export interface StateInstance {
  /** `module.web.aws_instance.front[0]`; no two of a state have the same. */
  address: string
  provider: string
  type: string
  name: string
  module: string
  /** `managed` or `data`. */
  mode: string
  /** As JSON text that Postgres takes, without what is sensitive. */
  attributes: string
}

type Path = readonly (string | number)[]
interface Header {
  module?: string
  mode?: string
  type?: string
  name?: string
  provider?: string
}

/** Of names that are indexed, and of addresses, in bytes: Postgres indexes no more than 2,700. */
const longestName = 500
const longestAddress = 1500
/** Each is a row of the inventory, and an address in memory. */
const mostInstances = 100_000
/** Bytes of instances that stand before what they are instances of; Terraform never writes them so. */
const mostEarly = 2 ** 20

/** Feed it the document; `instance` is called as they come, if somebody wants them. Every method throws FormatError for what is no state. */
export class StateReader {
  readonly #slices: JsonSlices
  readonly #instance: ((instance: StateInstance) => void) | undefined
  readonly #addresses = new Set<string>()
  readonly #top = new Map<string, unknown>()
  #serialAt = { start: 0, end: 0 }
  #header: Header = {}
  /** Instances that stand before what they are instances of. */
  #early: object[] = []
  #earlyBytes = 0
  #given = false
  /** Also those that stand there twice. */
  #instances = 0
  #seenResources = false

  constructor(instance?: (instance: StateInstance) => void) {
    this.#instance = instance
    this.#slices = new JsonSlices({
      enters: (path, isList) => enters(path, isList),
      needs,
      value: (path, bytes, at) => this.#value(path, bytes, at),
      leaves: (path) => this.#leaves(path),
    })
  }

  get count(): number {
    return this.#addresses.size
  }

  push(chunk: Buffer): void {
    this.#slices.push(chunk)
  }

  end(): StateHead {
    this.#slices.end()
    const top = this.#top
    if (top.get('version') !== 4)
      throw new FormatError(
        typeof top.get('version') === 'number'
          ? `version: states of format ${top.get('version')} cannot be kept; format 4 is written by Terraform 0.12 and later`
          : 'version: must be 4, the format of Terraform states',
      )
    const serial = top.get('serial')
    if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0)
      throw new FormatError('serial: must be a whole number from 0')
    const lineage = top.get('lineage')
    if (typeof lineage !== 'string' || lineage === '' || lineage.length > longestName || isOdd(lineage))
      throw new FormatError('lineage: must be the text that makes the state one and the same')
    const terraformVersion = top.get('terraform_version') ?? ''
    if (typeof terraformVersion !== 'string' || terraformVersion.length > 100 || isOdd(terraformVersion))
      throw new FormatError('terraform_version: must be the version of Terraform')
    return { serial, lineage, terraformVersion, serialAt: this.#serialAt }
  }

  #value(path: Path, bytes: Buffer, at: number): void {
    const value = parseJson(bytes)
    const [first, resource, key] = path
    if (path.length === 0) throw new FormatError('the document must be an object')
    if (path.length === 1) {
      if (first === 'resources' && value !== null) throw new FormatError('resources: must be a list')
      if (first === 'serial') this.#serialAt = { start: at, end: at + bytes.length }
      if (head.has(String(first))) this.#once(String(first), value)
      return
    }
    if (typeof resource !== 'number') throw new FormatError('resources: must be a list')
    if (path.length === 2) throw new FormatError(`resources[${resource}]: must be an object`)
    if (path.length === 3) {
      if (key === 'instances' && value !== null) throw new FormatError(`resources[${resource}].instances: must be a list`)
      if (key === 'module' || key === 'mode' || key === 'type' || key === 'name' || key === 'provider')
        this.#head(key, nameOf(value, `resources[${resource}].${key}`), resource)
      return
    }
    if (typeof path[3] !== 'number') throw new FormatError(`resources[${resource}].instances: must be a list`)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new FormatError(`resources[${resource}].instances[${path[3]}]: must be an object`)
    const { mode, type, name, provider } = this.#header
    if (++this.#instances > mostInstances)
      throw new FormatError(`resources: hold more than ${mostInstances} instances, which is the most that is kept of one state`)
    // The module stands before all of them, if there is one.
    if (mode === undefined || type === undefined || name === undefined || provider === undefined) {
      this.#earlyBytes += bytes.length
      if (this.#earlyBytes > mostEarly)
        throw new FormatError(`resources[${resource}].instances: must stand behind mode, type, name and provider`)
      this.#early.push(value)
    } else {
      this.#given = true
      this.#give(value, resource)
    }
  }

  #leaves(path: Path): void {
    if (path.length === 1 && path[0] === 'resources') {
      if (this.#seenResources) throw new FormatError('resources: stands there twice')
      this.#seenResources = true
    }
    if (path.length !== 2) return
    const [, resource] = path
    for (const value of this.#early) this.#give(value, Number(resource))
    this.#early = []
    this.#earlyBytes = 0
    this.#header = {}
    this.#given = false
  }

  /** Instances that were given already had the module that was known then. */
  #head(key: keyof Header, name: string, resource: number): void {
    if (this.#given && this.#header[key] !== name) throw new FormatError(`resources[${resource}].${key}: must stand before the instances`)
    this.#header[key] = name
  }

  #once(key: string, value: unknown): void {
    if (this.#top.has(key)) throw new FormatError(`${key}: stands there twice`)
    this.#top.set(key, value)
  }

  #give(instance: object, resource: number): void {
    const { module = '', mode, type, name, provider } = this.#header
    for (const [key, value] of Object.entries({ mode, type, name, provider }))
      if (value === undefined || value === '') throw new FormatError(`resources[${resource}].${key}: is missing`)
    const header = { module, mode: mode ?? '', type: type ?? '', name: name ?? '', provider: provider ?? '' }
    const { index_key, deposed, attributes, attributes_flat, sensitive_attributes } = instance as Record<string, unknown>
    const address = shortened(addressOf(header, index_key, deposed))
    if (this.#addresses.has(address)) return
    this.#addresses.add(address)
    if (!this.#instance) return
    const names = Buffer.byteLength(JSON.stringify({ ...header, address }))
    const stored = storableAttributes(header.type, attributes ?? attributes_flat ?? {}, sensitive_attributes, names)
    this.#instance({ ...header, address, attributes: stored })
  }
}

/** Looks into the document, its resources, each of them, and their instances. */
function enters(path: Path, isList: boolean): boolean {
  switch (path.length) {
    case 0:
      return !isList
    case 1:
      return isList && path[0] === 'resources'
    case 2:
      return !isList && path[0] === 'resources'
    case 3:
      return isList && path[0] === 'resources' && path[2] === 'instances'
    default:
      return false
  }
}

/** The rest of the document is Terraform's own. */
function needs(path: Path): boolean {
  const [first, , key] = path
  return first === 'resources' ? path.length !== 3 || wanted.has(String(key)) : path.length === 0 || head.has(String(first))
}
const wanted = new Set(['module', 'mode', 'type', 'name', 'provider', 'instances'])
const head = new Set(['version', 'serial', 'lineage', 'terraform_version'])

function addressOf(
  { module, mode, type, name }: { module: string; mode: string; type: string; name: string },
  index: unknown,
  deposed: unknown,
): string {
  const place = `${module === '' ? '' : `${module}.`}${mode === 'data' ? 'data.' : ''}${type}.${name}`
  const key = typeof index === 'number' ? `[${index}]` : typeof index === 'string' ? `["${clean(index)}"]` : ''
  // What waits to be destroyed after its replacement was made.
  return `${place}${key}${typeof deposed === 'string' ? ` (deposed ${clean(deposed)})` : ''}`
}

function shortened(address: string): string {
  if (Buffer.byteLength(address) <= longestAddress) return address
  return `${clean(address.slice(0, 300))}… ${createHash('sha256').update(address).digest('hex')}`
}

function nameOf(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new FormatError(`${where}: must be a text`)
  if (Buffer.byteLength(value) > longestName * (where.endsWith('.module') ? 8 : 1)) throw new FormatError(`${where}: is too long`)
  if (isOdd(value)) throw new FormatError(`${where}: holds characters that no name has`)
  return value
}
