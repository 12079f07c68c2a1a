/** Tools that make Terraform of infrastructure that exists; the operator has them. */

/** Which part of whose account, with the secrets to read it. Not for logs, jobs or answers. */
export type CloudAccount =
  | { provider: 'aws'; region: string; accessKey: string; secretKey: string }
  | { provider: 'google'; region: string; project: string; jsonKey: string }
  | {
      provider: 'azurerm'
      environment: string
      resourceGroups: readonly string[]
      clientId: string
      clientSecret: string
      subscriptionId: string
      tenantId: string
    }
  | { provider: 'vsphere'; server: string; insecure: boolean; username: string; password: string }

export interface ImportWish {
  account: CloudAccount
  /** Terraform types; empty: all that the tool knows. */
  include: readonly string[]
  /** `type.id`; empty: everything. */
  targets: readonly string[]
  /** `NAME:VALUE`. */
  tags: readonly string[]
  moduleVariables: Readonly<Record<string, readonly string[]>> | undefined
}

export interface MadeCode {
  /** By path below the folder of the Terraform code. */
  files: Map<string, Buffer>
  /** Undefined where the code says how the state comes to be. */
  state: Buffer | undefined
}

export interface RunHooks {
  /** Whole lines, without secrets. */
  onOutput(text: string): void
  signal: AbortSignal
}

export interface Importer {
  /** Types of resources that it can import. */
  resourceTypes(provider: CloudAccount['provider']): Promise<string[]>
  /** @throws ImportError */
  run(wish: ImportWish, hooks: RunHooks): Promise<MadeCode>
}

/** Why there is nothing, in a sentence for whoever asked. */
export class ImportError extends Error {}
