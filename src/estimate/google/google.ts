/** What all mappers of Google Cloud share. */
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { attributesOf, memberOf, selector, textOf, type Wanted } from '../attributes.ts'
import { type MapperContext, type ProductSelector, UnknownUntilApply } from '../types.ts'

/** `us-central1-a`, or the address of a zone, is in `us-central1`. */
export const regionOfPlace = (place: string): string =>
  (place.split('/').at(-1) ?? place).toLowerCase().replace(/^([a-z]+-[a-z]+\d+)-[a-z]$/, '$1')

export const isZone = (place: string): boolean => /^[a-z]+-[a-z]+\d+-[a-z]$/.test(place)

/** Its own place, that of what it belongs to (the attributes named), otherwise the provider's. */
export function regionOf(resource: PlanResource, context: MapperContext, ...parents: readonly string[]): string {
  const related = parents.flatMap((attribute) => context.referred(attribute) ?? [])
  for (const { values } of [resource, ...related])
    for (const name of ['region', 'zone', 'location']) {
      const place = textOf(memberOf(values, name))
      if (place !== undefined) return regionOfPlace(place)
    }
  if (context.region !== undefined) return regionOfPlace(context.region)
  throw new UnknownUntilApply(attributesOf(resource).maybeText('zone') === undefined ? 'region' : 'zone')
}

export const google = (service: string, region: string, wanted: Wanted): ProductSelector => selector('google', service, region, wanted)

export const compute = (region: string, description: RegExp): ProductSelector => google('Compute Engine', region, { description })
