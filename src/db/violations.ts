import { type ApiError, alreadyExists, conflict, invalid, notFound, unavailable } from '../errors.ts'

/**
 * What each constraint says to a person when it is broken. A test compares the list with the catalogue: a constraint that
 * can only break through a defect of ours answers `defect`, and stays a 500 with its name in the log.
 */
const defect = null
const organizationGone = () => notFound('organization')

export const violations: Record<string, (() => ApiError) | null> = {
  account_tokens_pk: defect,
  account_tokens_purpose_ck: defect,
  account_tokens_user_fk: () => notFound('account'),
  access_epochs_pk: defect,
  api_keys_canonical_uq: () => alreadyExists('an API key with this canonical'),
  api_keys_organization_fk: organizationGone,
  api_keys_owner_fk: () => invalid('The owner is no longer a user of the platform', ['body.owner: unknown user']),
  api_keys_pk: defect,
  api_keys_token_hash_uq: defect,
  appearances_active_uq: () => conflict('Another appearance was activated at the same time: try again'),
  appearances_canonical_uq: () => alreadyExists('an appearance with this canonical'),
  appearances_color_ck: () => invalid('Each part of a colour is a number from 0 to 255', ['body.color: r, g and b must be from 0 to 255']),
  appearances_organization_fk: organizationGone,
  appearances_pk: defect,
  config_repositories_canonical_uq: () => alreadyExists('a config repository with this canonical'),
  config_repositories_credential_fk: () => conflict('The credential is in use by a config repository'),
  config_repositories_default_uq: () => conflict('Another config repository became the default at the same time: try again'),
  config_repositories_organization_fk: organizationGone,
  config_repositories_pk: defect,
  credentials_canonical_uq: () => alreadyExists('a credential with this canonical'),
  credentials_data_key_fk: defect,
  credentials_organization_fk: organizationGone,
  credentials_owner_fk: () => invalid('The owner is no longer a user of the platform', ['body.owner: unknown user']),
  credentials_path_uq: () => alreadyExists('a credential with this path'),
  credentials_pk: defect,
  credentials_type_ck: defect,
  data_keys_organization_fk: organizationGone,
  data_keys_pk: defect,
  environments_canonical_uq: () => alreadyExists('an environment with this canonical in the project'),
  environments_organization_fk: organizationGone,
  environments_pk: defect,
  environments_project_fk: () => notFound('project'),
  events_organization_fk: organizationGone,
  events_pk: defect,
  events_severity_ck: defect,
  events_type_ck: defect,
  mails_pk: defect,
  members_accepted_ck: defect,
  members_invitation_state_ck: defect,
  members_invitation_uq: () => alreadyExists('an invitation for this address'),
  members_invited_by_fk: defect,
  members_organization_fk: organizationGone,
  members_pk: defect,
  members_role_fk: () => conflict('The role is held by members: give them another role first'),
  members_user_fk: () => notFound('account'),
  members_user_uq: () => alreadyExists('a member with this account'),
  organizations_canonical_uq: () => alreadyExists('an organization with this canonical'),
  organizations_parent_fk: () => conflict('The organization still has child organizations: delete them first'),
  organizations_path_ck: defect,
  organizations_pk: defect,
  project_favorites_organization_fk: organizationGone,
  project_favorites_pk: defect,
  project_favorites_project_fk: () => notFound('project'),
  project_favorites_user_fk: defect,
  projects_canonical_uq: () => alreadyExists('a project with this canonical'),
  projects_config_repository_fk: () => conflict('The config repository is in use by projects'),
  projects_organization_fk: organizationGone,
  projects_owner_fk: () => invalid('The owner is no longer a user of the platform', ['body.owner: unknown user']),
  projects_pk: defect,
  projects_team_fk: () => invalid('The team was deleted meanwhile', ['body.team_canonical: unknown team']),
  rate_limits_pk: defect,
  roles_canonical_uq: () => alreadyExists('a role with this canonical'),
  roles_organization_fk: organizationGone,
  roles_pk: defect,
  rules_api_key_fk: () => notFound('API key'),
  rules_holder_ck: defect,
  rules_organization_fk: organizationGone,
  rules_pk: defect,
  rules_role_fk: () => notFound('role'),
  signing_keys_pk: defect,
  team_members_member_fk: () => notFound('member'),
  team_members_organization_fk: organizationGone,
  team_members_pk: () => alreadyExists('this member in the team'),
  team_members_team_fk: () => notFound('team'),
  team_roles_organization_fk: organizationGone,
  team_roles_pk: defect,
  team_roles_role_fk: () => conflict('The role is given by teams: take it from them first'),
  team_roles_team_fk: () => notFound('team'),
  teams_canonical_uq: () => alreadyExists('a team with this canonical'),
  teams_organization_fk: organizationGone,
  teams_owner_fk: () => invalid('The owner is no longer a user of the platform', ['body.owner: unknown user']),
  teams_pk: defect,
  user_emails_email_uq: () => alreadyExists('an account with this e-mail address'),
  user_emails_pk: defect,
  user_emails_primary_uq: () =>
    invalid('An account has exactly one primary address', ['body.emails: exactly one must have the purpose primary']),
  user_emails_purpose_ck: defect,
  user_emails_user_fk: () => notFound('account'),
  users_locale_ck: defect,
  users_pk: defect,
  users_username_uq: () => alreadyExists('an account with this username'),
}

/** Columns that a statement fills by looking something up: null means that the caller named what is not there. */
const unknownReferences: Record<string, () => ApiError> = {
  'projects.config_repository_id': () =>
    invalid('There is no such config repository', ['body.config_repository_canonical: unknown config repository']),
}

/** Postgres error codes that a caller's input can cause whatever the table. */
const inputErrors: Record<string, () => ApiError> = {
  '2201B': () => invalid('A filter holds a regular expression that cannot be read', ['query: invalid regular expression']),
  '22003': () => invalid('A number is out of range'),
  '22007': () => invalid('A date or time cannot be read'),
  '22008': () => invalid('A date or time is out of range'),
  '22021': () => invalid('The text holds a character that cannot be stored (NUL)'),
  '22P05': () => invalid('The text holds a character that cannot be stored (NUL)'),
  '54000': () => invalid('A value is too large to be stored'),
  '57014': () => unavailable('The question took too long to answer: narrow it down'),
}

/** @returns the sentence for what Postgres refused, with the original as cause; other errors unchanged. */
export function translateViolation(error: unknown): unknown {
  const { code, constraint, table, column } = error as { code?: unknown; constraint?: unknown; table?: unknown; column?: unknown }
  if (typeof code !== 'string') return error
  const broken = typeof constraint === 'string' ? violations[constraint] : undefined
  const sentence = broken ?? (code === '23502' ? unknownReferences[`${table}.${column}`] : inputErrors[code])
  return sentence ? Object.assign(sentence(), { cause: error }) : error
}
