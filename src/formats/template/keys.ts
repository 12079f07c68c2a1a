import { legacyKeys } from './template.ts'

/** What is known where a text is interpolated. A fact that is undefined is not known, or not yet; an empty one is known to be empty. */
export type InterpolationFacts = { readonly [Fact in keyof typeof keysOfFacts]?: string | undefined }

/** Every key and alias of every fact that is known. */
export const templateData = (facts: InterpolationFacts): Record<string, unknown> => Object.fromEntries(known(facts))

/** The keys that stacks of versions 1 and 2 know, of the facts that are known. */
export const legacyData = (facts: InterpolationFacts): Record<string, string> =>
  Object.fromEntries(known(facts).filter(([key]) => legacyKeys.includes(key)))

const canonical = (...names: string[]): string[] => names.flatMap((name) => [name, `${name}_canonical`])

/**
 * The keys of each fact. Types of environments, their variables and their providers (`env_type`, `env_vars`, `env_providers`) are
 * not here: this platform has no such facts.
 */
const keysOfFacts = {
  organization: canonical('org', 'organization'),
  organizationName: ['org_name', 'organization_name'],
  parentOrganization: canonical('parent_org', 'parent_organization'),
  parentOrganizationName: ['parent_org_name', 'parent_organization_name'],

  project: canonical('project'),
  projectName: ['project_name'],
  /** Username, given name, family name and e-mail address of the project's owner. */
  projectOwner: canonical('project_owner'),
  projectOwnerName: ['project_owner_name'],
  projectOwnerSurname: ['project_owner_surname'],
  projectOwnerEmail: ['project_owner_email'],

  environment: canonical('env', 'environment'),
  environmentName: ['env_name', 'environment_name'],
  component: canonical('component'),
  componentName: ['component_name'],
  useCase: ['use_case'],

  stack: canonical('stack'),
  stackName: ['stack_name'],
  /** Directory of the stack in its catalog repository. */
  stackPath: ['stack_path'],
  stackVersionName: ['stack_version_name'],
  stackVersionRef: ['stack_version_ref'],
  stackVersionCommit: ['stack_version_commit'],
  stackVersionType: ['stack_version_type'],

  catalogUrl: ['scs_url', 'catalog_repository_url'],
  catalogBranch: ['scs_branch', 'catalog_repository_branch'],
  /** `ssh` or `basic_auth`. */
  catalogCredType: ['scs_cred_type', 'catalog_repository_credential_type'],
  /** Path of the credential in the credential store. */
  catalogCredPath: ['scs_cred_path', 'catalog_repository_credential_path'],
  catalogCanonical: ['scs_canonical', ...canonical('catalog_repository')],
  catalogName: ['scs_name', 'catalog_repository_name'],

  configUrl: ['cr_url', 'config_repository_url'],
  configBranch: ['cr_branch', 'config_repository_branch'],
  configCredType: ['cr_cred_type', 'config_repository_credential_type'],
  configCredPath: ['cr_cred_path', 'config_repository_credential_path'],
  configCanonical: canonical('config_repository'),
  configName: ['config_repository_name'],
  /** Directory of the component's files in the config repository. */
  configRoot: ['config_root'],

  inventoryJwt: ['inventory_jwt'],
  apiUrl: ['api_url'],
  consoleUrl: ['console_url'],

  /** Who saved the form. */
  updatedByUsername: ['stackform_updated_by_user', 'stackform_updated_by_user_username'],
  updatedByEmail: ['stackform_updated_by_user_email'],
  currentUserUsername: ['current_user_username'],
} as const satisfies Record<string, readonly string[]>

type Fact = keyof typeof keysOfFacts

const known = (facts: InterpolationFacts): [string, string][] =>
  (Object.keys(keysOfFacts) as Fact[]).flatMap((fact) => {
    const value = facts[fact]
    return value === undefined ? [] : keysOfFacts[fact].map((key): [string, string] => [key, value])
  })
