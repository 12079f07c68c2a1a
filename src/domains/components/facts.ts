/** What the tokens of a stack's files stand for, gathered from everything that an organization has. */
import { accountOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { InterpolationFacts } from '../../formats/template/keys.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { authorOf, type CommitAuthor } from '../commit-author.ts'
import { catalogOfStack, type StackRow } from '../stacks/queries.ts'
import { inventoryJwtOf } from '../terraform-state/tokens.ts'
import { type PlaceRow, readPlace } from './queries.ts'

/** Where a component is, or would be: nothing of it needs to exist. */
export interface Place {
  project?: string | undefined
  environment?: string | undefined
  component?: string | undefined
  componentName?: string | undefined
}

export interface Surroundings {
  facts: InterpolationFacts
  /** Null as long as the project is not known. */
  repository: { id: number; url: string; branch: string; credential_canonical: string | null } | null
  /** As commits name them. */
  author: CommitAuthor
  found: Pick<PlaceRow, 'project_name' | 'environment_name' | 'component_name'>
}

type Caller = Pick<OrganizationContext, 'platform' | 'actor' | 'organization'>

/**
 * The use case is left out: it differs within one answer.
 * @param mayLook false for who may not read the project: tokens of its owner, its repository and names stay unknown then
 */
export async function surroundingsOf(
  tx: OrgTx,
  { platform, actor, organization }: Caller,
  stack: StackRow,
  place: Place,
  mayLook = true,
): Promise<Surroundings> {
  const { project, environment, component } = place
  const row = await readPlace(tx, {
    project: mayLook ? (project ?? null) : null,
    environment: environment ?? null,
    component: component ?? null,
    accountId: accountOf(actor),
  })
  const catalog = await catalogOfStack(tx, stack)
  const facts: InterpolationFacts = {
    organization: organization.canonical,
    organizationName: row.organization_name,
    parentOrganization: row.parent_canonical ?? undefined,
    parentOrganizationName: row.parent_name ?? undefined,
    project,
    projectName: row.project_name ?? project,
    projectOwner: row.owner_username ?? undefined,
    projectOwnerName: row.owner_given_name ?? undefined,
    projectOwnerSurname: row.owner_family_name ?? undefined,
    projectOwnerEmail: row.owner_email ?? undefined,
    environment,
    environmentName: row.environment_name ?? environment,
    component,
    componentName: place.componentName ?? row.component_name ?? component,
    stack: stack.canonical,
    stackName: stack.name,
    stackPath: stack.directory || '.',
    catalogCanonical: catalog?.canonical,
    catalogName: catalog?.name,
    catalogUrl: catalog?.url,
    catalogBranch: catalog?.branch,
    catalogCredType: catalog?.credential_type ?? '',
    catalogCredPath: catalog?.credential_path ?? '',
    configCanonical: row.config_repository_canonical ?? undefined,
    configName: row.config_repository_name ?? undefined,
    configUrl: row.config_repository_url ?? undefined,
    configBranch: row.config_repository_branch ?? undefined,
    configCredType: row.config_repository_canonical === null ? undefined : (row.config_repository_credential_type ?? ''),
    configCredPath: row.config_repository_canonical === null ? undefined : (row.config_repository_credential_path ?? ''),
    configRoot: project && environment && component ? [organization.canonical, project, environment, component].join('/') : undefined,
    // Of the external backend that holds the component's Terraform state; it does not change when the component is made.
    inventoryJwt: mayLook ? await inventoryJwtOf(tx, platform, place) : '',
    apiUrl: platform.config.apiUrl,
    consoleUrl: platform.config.consoleUrl,
    updatedByUsername: row.username ?? undefined,
    updatedByEmail: row.email ?? undefined,
    currentUserUsername: row.username ?? undefined,
  }
  return {
    facts,
    repository:
      row.config_repository_id === null
        ? null
        : {
            id: row.config_repository_id,
            url: row.config_repository_url ?? '',
            branch: row.config_repository_branch ?? '',
            credential_canonical: row.config_repository_credential,
          },
    author: authorOf(actor, row),
    found: row,
  }
}
