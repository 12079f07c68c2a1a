/**
 * How much is assumed of what is billed by usage: Terraform type → name → decimal text. An organization says it better in its
 * settings; these are what counts until then.
 */
import type { UsageSettings } from './types.ts'
import { usageOfAws } from './usage-aws.ts'
import { usageOfAzurerm } from './usage-azurerm.ts'
import { usageOfGoogle } from './usage-google.ts'

export const usageDefaults: UsageSettings = { ...usageOfAws, ...usageOfAzurerm, ...usageOfGoogle }

/** The setting of the organization where it has a sensible one, otherwise the default; what nobody assumes anything of is not used. */
export function usageOf(settings: UsageSettings, type: string, name: string): string {
  const own = read(settings, type, name)
  return own !== undefined && /^\d{1,15}(?:\.\d{1,12})?$/.test(own) ? own : (read(usageDefaults, type, name) ?? '0')
}

function read(settings: UsageSettings, type: string, name: string): string | undefined {
  const names = Object.hasOwn(settings, type) ? settings[type] : undefined
  const value: unknown = names && Object.hasOwn(names, name) ? names[name] : undefined
  return typeof value === 'string' ? value : undefined
}
