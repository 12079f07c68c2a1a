/** Configurations that tools write: from JSON to HCL, and whether they make sense. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, invalid } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { hclOf } from '../../formats/terraform/json-to-hcl.ts'
import { validateTerraform } from '../../formats/terraform/validate/validate.ts'
import type { BlockKind, ProviderInFull } from './queries.ts'
import * as queries from './queries.ts'
import { knownProviders, lookupFor } from './schemas.ts'

type Read = <T>(run: (tx: OrgTx) => Promise<T>) => Promise<T>

/** @throws Invalid naming the place */
export async function convert(read: Read, config: unknown): Promise<string> {
  const schemas = await read((tx) => lookupFor(tx, config))
  try {
    return hclOf(config, schemas)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw invalid(`This is not a Terraform configuration: ${error.message}`, [`body.config: ${error.message}`], error)
  }
}

export async function validate(read: Read, config: unknown): Promise<{ errors: string[]; notices: string[] }> {
  return validateTerraform(config, await read((tx) => knownProviders(tx, config)))
}

export async function getProvider(tx: OrgTx, canonical: string): Promise<ProviderInFull> {
  const provider = await queries.findProvider(tx, canonical)
  if (!provider)
    throw new ApiError(
      'NotFoundEntity',
      `The Terraform provider ${canonical} was not found: its schema was not imported. Whoever runs the platform imports what \`terraform providers schema -json\` prints, by \`npm run provider-schemas -- import <file>\``,
    )
  return provider
}

export async function getTypes(tx: OrgTx, provider: string, kind: BlockKind): Promise<string[]> {
  const { id } = await getProvider(tx, provider)
  return queries.listTypes(tx, id, kind)
}

export async function getBlock(tx: OrgTx, provider: string, kind: BlockKind, type: string) {
  const { id, version } = await getProvider(tx, provider)
  const block = await queries.findBlock(tx, id, kind, type)
  if (!block)
    throw new ApiError(
      'NotFoundEntity',
      `The ${kind === 'data' ? 'data source' : 'resource'} ${type} was not found: the provider ${provider} (version ${version}) has none of this name`,
    )
  return block
}
