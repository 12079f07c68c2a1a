/** TerraCognita: reads an account and writes code and state. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assertNoSecret, madeFiles, madeState } from './made-files.ts'
import { secretsIn } from './redact.ts'
import { inFolder, runTool } from './run-tool.ts'
import { type CloudAccount, ImportError, type Importer } from './types.ts'

export function openTerracognita({ command, seconds }: { command: string; seconds: number }): Importer {
  return {
    async resourceTypes(provider) {
      const said = await inFolder((folder) =>
        runTool({ command, args: [provider, 'resources'], folder, env: {}, seconds: 30, secrets: [] }),
      )
      return said.split('\n').flatMap((line) => (/^[a-z][a-z0-9_]*_[a-z0-9_]+$/.test(line.trim()) ? [line.trim()] : []))
    },

    run: ({ account, include, targets, tags, moduleVariables }, { onOutput, signal }) =>
      inFolder(async (folder) => {
        const code = join(folder, 'code')
        const state = join(folder, 'terraform.tfstate')
        await mkdir(code)
        const { env, args, secrets } = await accessTo(account, folder)
        if (moduleVariables) await writeFile(join(folder, 'variables.json'), JSON.stringify(moduleVariables))
        await runTool({
          command,
          args: [
            account.provider,
            ...args,
            ...(moduleVariables ? ['--module', code, '--module-variables', join(folder, 'variables.json')] : ['--hcl', code]),
            ...['--tfstate', state],
            ...(include.length > 0 ? ['--include', include.join(',')] : []),
            ...targets.flatMap((target) => ['--target', target]),
            ...tags.flatMap((tag) => [account.provider === 'google' ? '--labels' : '--tags', tag]),
          ],
          folder,
          env,
          seconds,
          secrets,
          signal,
          onOutput,
        })
        const files = await madeFiles(code)
        if (files.size === 0)
          throw new ImportError('Nothing was found that could be imported: look at the region, the types, the tags and the targets')
        assertNoSecret(files, secrets)
        return { files, state: await madeState(state) }
      }),
  }
}

/**
 * Secrets go through the environment: arguments can be seen by everybody on the machine. Every flag has a variable of its name;
 * newer versions have longer names.
 */
async function accessTo(
  account: CloudAccount,
  folder: string,
): Promise<{ env: Record<string, string>; args: string[]; secrets: string[] }> {
  switch (account.provider) {
    case 'aws': {
      const { region, accessKey, secretKey } = account
      return {
        args: [],
        env: {
          ...{ ACCESS_KEY: accessKey, SECRET_KEY: secretKey, REGION: region },
          ...{ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, AWS_DEFAULT_REGION: region },
          ...{ AWS_ACCESS_KEY: accessKey, AWS_SECRET_KEY: secretKey, AWS_REGION: region },
        },
        secrets: secretsIn([accessKey, secretKey]),
      }
    }
    case 'google': {
      const file = join(folder, 'key.json')
      await writeFile(file, account.jsonKey, { mode: 0o600 })
      return {
        args: [],
        env: { CREDENTIALS: file, PROJECT: account.project, REGION: account.region },
        secrets: secretsIn([account.jsonKey, ...textsIn(account.jsonKey)]),
      }
    }
    case 'azurerm':
      return {
        args: account.resourceGroups.flatMap((group) => ['--resource-group-name', group]),
        env: {
          CLIENT_ID: account.clientId,
          CLIENT_SECRET: account.clientSecret,
          SUBSCRIPTION_ID: account.subscriptionId,
          TENANT_ID: account.tenantId,
          ENVIRONMENT: account.environment,
        },
        secrets: secretsIn([account.clientSecret]),
      }
    case 'vsphere':
      return {
        args: [],
        env: {
          SOAP_URL: account.server,
          VSPHERESERVER: account.server.replace(/^https?:\/\//, '').replace(/\/.*$/, ''),
          USERNAME: account.username,
          PASSWORD: account.password,
          INSECURE: String(account.insecure),
        },
        secrets: secretsIn([account.password]),
      }
  }
}

/** Of a key file, each value that is secret by itself. */
export function textsIn(json: string): string[] {
  try {
    const { private_key, private_key_id } = JSON.parse(json) as Record<string, unknown>
    return [private_key, private_key_id].filter((text) => typeof text === 'string')
  } catch {
    return []
  }
}
