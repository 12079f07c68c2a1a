/** Who sends bills: the providers that the contract names. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { providers } from '../cloud-providers/providers.ts'

type Canonical = Schema<'CloudProvider'>['canonical']

/** In the contract, but nobody who sells regions. */
const others = [
  { canonical: 'vsphere', name: 'VMware vSphere' },
  { canonical: 'kubernetes', name: 'Kubernetes' },
] as const satisfies readonly { canonical: Canonical; name: string }[]

export function providerNamed(canonical: string): Schema<'CloudProvider'> {
  const at = providers.findIndex((provider) => provider.canonical === canonical)
  const known = providers[at]
  if (known) {
    const { regions: _, ...named } = known
    return { id: at + 1, ...named }
  }
  const other = others.find((provider) => provider.canonical === canonical)
  if (!other) throw new Error(`there is no cloud provider ${canonical}`)
  return { ...other }
}

export function assertProvider(canonical: string): void {
  const known: readonly string[] = [...providers, ...others].map((provider) => provider.canonical)
  if (known.includes(canonical)) return
  throw invalid(`There is no cloud provider ${canonical}`, [`body.cloud_provider: must be one of ${known.join(', ')}`])
}
