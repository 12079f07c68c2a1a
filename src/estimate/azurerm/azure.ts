/** What all mappers of Azure share. */
import type { PlanResource } from '../../formats/terraform/plan.ts'
import { attributesOf, memberOf, selector, textOf, type Wanted } from '../attributes.ts'
import { type MapperContext, type ProductSelector, UnknownUntilApply } from '../types.ts'

/** `West Europe` is `westeurope` in price lists. */
const shortName = (location: string): string => location.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Its own location, that of what it belongs to (the attributes named), otherwise that of its resource group. */
export function regionOf(resource: PlanResource, context: MapperContext, ...parents: readonly string[]): string {
  const own = attributesOf(resource).maybeText('location')
  if (own !== undefined) return shortName(own)
  for (const attribute of ['location', ...parents, 'resource_group_name', 'resource_group_id']) {
    const parent = context.referred(attribute)
    const location = parent && textOf(memberOf(parent.values, 'location'))
    if (location !== undefined) return shortName(location)
  }
  if (context.region !== undefined) return shortName(context.region)
  throw new UnknownUntilApply('location')
}

export const azure = (service: string, region: string, wanted: Wanted): ProductSelector => selector('azurerm', service, region, wanted)
