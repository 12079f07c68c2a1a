/** What `.cycloid.yml` says, versions 1 to 4 in one shape. Kept as JSON beside the stack. */

export interface StackDefinition {
  version: 1 | 2 | 3 | 4
  /** How the tokens of its files are filled in; see src/formats/template. */
  engine: 'legacy' | 'template'
  name: string
  canonical: string
  description: string
  author: string
  keywords: string[]
  image: string | null
  /** What `status` asks for: `public` is shared with descendants. */
  visibility: 'local' | 'shared' | null
  technologies: { technology: string; version: string }[]
  dependencies: { ref: string; required: boolean }[]
  blueprint: boolean
  /** In the order of the file. */
  use_cases: UseCase[]
}

export interface UseCase {
  key: string
  name: string
  description: string
  /** Canonical as src/domains/cloud-providers has it (`azure` becomes `azurerm`, `gcp` becomes `google`); null when none is named. */
  cloud_provider: string | null
  files: UseCaseFile[]
}

/** Paths are below the stack's directory. Destinations are paths in the config repository, tokens in them not filled in yet. */
export type UseCaseFile =
  | { technology: 'pipeline'; key: 'pipeline'; path: string }
  | { technology: 'pipeline'; key: 'variables'; path: string; destination: string }
  | { technology: 'terraform' | 'ansible' | 'raw'; key: string; path: string; destination: string }
  /** Every path is rendered with the form's variables as data; into a folder, or with `destination_is_file` into one file. */
  | {
      technology: 'custom'
      key: string
      var_path: string | null
      paths: string[]
      destination: string
      destination_is_file: boolean
    }
