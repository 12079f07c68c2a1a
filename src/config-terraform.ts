import type { Reader } from './config-reader.ts'

/** What works beside Terraform: programs and servers that the operator has, and limits. */
export interface TerraformConfig {
  readonly policies: {
    /** `opa` of the operator, or a server of it; neither: our own evaluator. */
    readonly opaBinary: string | undefined
    readonly opaUrl: string | undefined
  }
  /** Bytes of the largest Terraform state. */
  readonly stateBytes: number
  readonly imports: {
    /** Undefined: infrastructure that exists cannot be imported. Terracognita is taken if both are there. */
    readonly terracognita: string | undefined
    readonly terraform: string | undefined
    /** Of one run. */
    readonly seconds: number
  }
  /** Where AWS is, for who has it elsewhere (a test, a private endpoint); undefined: where the region says. */
  readonly awsEndpoint: string | undefined
}

export function readTerraformConfig({ text, url, integer }: Pick<Reader, 'text' | 'url' | 'integer'>): TerraformConfig {
  return {
    policies: { opaBinary: text('OPA_BIN'), opaUrl: url('OPA_URL', ['http:', 'https:']) },
    stateBytes: integer('STATE_MAX_MB', 64, 1, 1024) * 2 ** 20,
    imports: {
      terracognita: text('TERRACOGNITA_BIN'),
      terraform: text('TERRAFORM_BIN'),
      seconds: integer('IMPORT_MINUTES', 30, 1, 24 * 60) * 60,
    },
    awsEndpoint: url('AWS_ENDPOINT_URL', ['http:', 'https:']),
  }
}
