/** The tool that the operator has, TerraCognita first. */
import { ApiError } from '../../errors.ts'
import { type AwsKindName, awsKinds } from '../aws/kinds.ts'
import { readAll } from '../aws/running.ts'
import { openTerracognita } from './terracognita.ts'
import { openTerraform } from './terraform.ts'
import { type CloudAccount, ImportError, type Importer } from './types.ts'

export interface ImporterConfig {
  terracognita: string | undefined
  terraform: string | undefined
  seconds: number
  awsEndpoint: string | undefined
}

/** Undefined where the operator has neither. */
export function openImporter({ terracognita, terraform, seconds, awsEndpoint }: ImporterConfig): Importer | undefined {
  if (terracognita !== undefined) return openTerracognita({ command: terracognita, seconds })
  if (terraform === undefined) return undefined
  const types = (provider: CloudAccount['provider']) => (provider === 'aws' ? listableTypes : [])
  return openTerraform({ command: terraform, seconds, types }, ({ account, tags }, type, signal) =>
    idsIn(account, type, { tags, endpoint: awsEndpoint, signal }),
  )
}

/** Types whose ids AWS can be asked for without a tool. */
export const listableTypes: string[] = Object.values(awsKinds).map(({ terraform }) => terraform.type)

/** @throws ImportError for an account or type that cannot be asked; ApiError for what AWS answers */
export async function idsIn(
  account: CloudAccount,
  type: string,
  { tags, endpoint, signal }: { tags: readonly string[]; endpoint: string | undefined; signal: AbortSignal },
): Promise<string[]> {
  const [name, kind] = Object.entries(awsKinds).find(([, one]) => one.terraform.type === type) ?? []
  if (account.provider !== 'aws' || !kind || !name)
    throw new ImportError(`The ids of ${type} cannot be listed here: name what is to be imported in targets, as ${type}.<id>`)
  const { accessKey, secretKey, region } = account
  const wanted = tags.map((tag) => ({ key: tag.slice(0, tag.indexOf(':')), value: tag.slice(tag.indexOf(':') + 1) }))
  try {
    const items = await readAll({ accessKey, secretKey, region, endpoint, signal }, name as AwsKindName, {
      tags: [],
      project: undefined,
      every: wanted,
    })
    return items.flatMap((item) => {
      const id = (item as Record<string, unknown>)[kind.terraform.id]
      return typeof id === 'string' ? [id] : []
    })
  } catch (error) {
    if (error instanceof ApiError) throw new ImportError(error.message)
    throw error
  }
}
