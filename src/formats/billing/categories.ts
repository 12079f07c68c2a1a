/** Where services belong: FOCUS categories, ours, and the places where things run. */
import { services } from './services.ts'
import type { Category } from './types.ts'

/** Ours, for what FOCUS calls ServiceCategory and ServiceSubcategory. */
export function categoryOf(serviceCategory: string, serviceSubcategory = ''): Category {
  const plain = serviceCategory.trim().toLowerCase()
  if (plain === 'compute' && serviceSubcategory.trim().toLowerCase() === 'containers') return 'containers'
  return ours.get(plain) ?? 'other'
}

export interface ServiceClass {
  readonly category: string
  readonly subcategory: string
}

/** ServiceCategory and ServiceSubcategory of FOCUS by a service's name or its code (`Amazon EC2`, `AmazonEC2`, `Virtual Machines`). */
export function classOf(...names: readonly string[]): ServiceClass | undefined {
  for (const name of names) {
    if (name.length > longest) continue
    const found = classes.get(plainName(name))
    if (found) return found
  }
  return undefined
}

/** A region, or the one that a zone lies in, or its name where there is no id; `global` where the bill names none. */
export function regionOf(region: string, zone = '', name = ''): string {
  if (region !== '') return region
  if (zone.length > longest) return name || 'global'
  return (
    /^([a-z]{2}(?:-[a-z]+)+-\d+)(?:[a-z]|-.*)?$/.exec(zone)?.[1] ??
    /^([a-z]+-[a-z]+\d+)-[a-z]$/.exec(zone)?.[1] ??
    (name || zone || 'global')
  )
}

/** Of names that mean something here: what is looked through more than once is bounded first. */
const longest = 256

const ours = new Map<string, Category>([
  ['compute', 'compute'],
  ['storage', 'storage'],
  ['databases', 'database'],
  ['database', 'database'],
  ['networking', 'networking'],
  ['analytics', 'analytics'],
  ['ai and machine learning', 'machine_learning'],
  ['security', 'security'],
  ['identity', 'security'],
  ['developer tools', 'dev_tools'],
  ['media', 'multimedia'],
])

/** Names differ in prefixes and spaces: `Amazon Simple Storage Service`, `AmazonS3`, `Azure Storage`. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
    .replace(/^(?:amazon|aws|azure|microsoft|google|cloud)+(?=.)/, '')
}

const classes = new Map<string, ServiceClass>()
for (const [category, bySubcategory] of Object.entries(services)) {
  for (const [subcategory, names] of Object.entries(bySubcategory)) {
    for (const name of names.split(', ')) classes.set(plainName(name), { category, subcategory })
  }
}
