/** Terraform's own import blocks: it writes the code of what they name. The account must be told what to import. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assertNoSecret, madeFiles } from './made-files.ts'
import { secretsIn } from './redact.ts'
import { inFolder, runTool, type ToolRun } from './run-tool.ts'
import { textsIn } from './terracognita.ts'
import { type CloudAccount, ImportError, type Importer, type ImportWish } from './types.ts'

/** @param find ids of a type in the account, where it can be asked */
export function openTerraform(
  { command, seconds, types }: { command: string; seconds: number; types: (provider: CloudAccount['provider']) => string[] },
  find: (wish: ImportWish, type: string, signal: AbortSignal) => Promise<string[]>,
): Importer {
  return {
    resourceTypes: async (provider) => types(provider),

    run: (wish, { onOutput, signal }) =>
      inFolder(async (folder) => {
        const code = join(folder, 'code')
        await mkdir(code)
        const blocks = await importBlocks(wish, types(wish.account.provider), (type) => find(wish, type, signal))
        if (blocks.length === 0)
          throw new ImportError('Nothing was found that could be imported: look at the region, the types, the tags and the targets')
        onOutput(`${blocks.length} resources are to be imported\n`)
        const { env, provider, secrets } = accessTo(wish.account)
        await writeFile(join(code, 'provider.tf'), provider)
        await writeFile(join(code, 'imports.tf'), blocks.join('\n'))
        await generateCode({ command, folder: code, env, seconds, secrets, signal, onOutput })
        const files = await madeFiles(code)
        assertNoSecret(files, secrets)
        return { files, state: undefined }
      }),
  }
}

/** Only a plan: nothing is changed in the account. The import itself happens with the first apply of the component. */
export async function generateCode(tool: Omit<ToolRun, 'args'>): Promise<void> {
  const run = (...args: string[]) => runTool({ ...tool, args, env: { ...tool.env, TF_IN_AUTOMATION: '1' } })
  await run('init', '-input=false', '-no-color')
  await run('plan', '-input=false', '-no-color', '-generate-config-out=resources.tf')
}

async function importBlocks(
  { targets, include }: ImportWish,
  known: readonly string[],
  find: (type: string) => Promise<string[]>,
): Promise<string[]> {
  const wanted: [type: string, id: string][] = []
  if (targets.length > 0)
    for (const target of targets) {
      const dot = target.indexOf('.')
      wanted.push([target.slice(0, dot), target.slice(dot + 1)])
    }
  else for (const type of include.length > 0 ? include : known) for (const id of await find(type)) wanted.push([type, id])
  const names = new Set<string>()
  return wanted.map(([type, id]) => {
    const name = freeName(type, id, names)
    return `import {\n  to = ${type}.${name}\n  id = ${JSON.stringify(id).replace(/[$%](?=\{)/g, '$&$&')}\n}\n`
  })
}

function freeName(type: string, id: string, taken: Set<string>): string {
  const plain = id.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60)
  const base = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
  let name = base
  for (let at = 2; taken.has(`${type}.${name}`); at++) name = `${base}_${at}`
  taken.add(`${type}.${name}`)
  return name
}

const quoted = (text: string) => JSON.stringify(text).replace(/[$%](?=\{)/g, '$&$&')
const required = (name: string, source: string) =>
  `terraform {\n  required_version = ">= 1.5"\n\n  required_providers {\n    ${name} = {\n      source = "${source}"\n    }\n  }\n}\n`

/** Regions and the like are in the code; secrets are in the environment. */
function accessTo(account: CloudAccount): { provider: string; env: Record<string, string>; secrets: string[] } {
  switch (account.provider) {
    case 'aws':
      return {
        provider: `${required('aws', 'hashicorp/aws')}\nprovider "aws" {\n  region = ${quoted(account.region)}\n}\n`,
        env: { AWS_ACCESS_KEY_ID: account.accessKey, AWS_SECRET_ACCESS_KEY: account.secretKey },
        secrets: secretsIn([account.accessKey, account.secretKey]),
      }
    case 'google':
      return {
        provider: `${required('google', 'hashicorp/google')}\nprovider "google" {\n  project = ${quoted(account.project)}\n  region  = ${quoted(account.region)}\n}\n`,
        env: { GOOGLE_CREDENTIALS: account.jsonKey },
        secrets: secretsIn([account.jsonKey, ...textsIn(account.jsonKey)]),
      }
    case 'azurerm':
      return {
        provider: `${required('azurerm', 'hashicorp/azurerm')}\nprovider "azurerm" {\n  features {}\n}\n`,
        env: {
          ARM_CLIENT_ID: account.clientId,
          ARM_CLIENT_SECRET: account.clientSecret,
          ARM_SUBSCRIPTION_ID: account.subscriptionId,
          ARM_TENANT_ID: account.tenantId,
          ARM_ENVIRONMENT: account.environment,
        },
        secrets: secretsIn([account.clientSecret]),
      }
    case 'vsphere':
      return {
        provider: `${required('vsphere', 'hashicorp/vsphere')}\nprovider "vsphere" {\n  vsphere_server       = ${quoted(account.server)}\n  allow_unverified_ssl = ${account.insecure}\n}\n`,
        env: { VSPHERE_USER: account.username, VSPHERE_PASSWORD: account.password },
        secrets: secretsIn([account.password]),
      }
  }
}
