/** The keys that stacks of versions 1 and 2 know. */
export const legacyKeys: readonly string[] = [
  'organization_canonical',
  'project',
  'project_owner_canonical',
  'project_owner_name',
  'project_owner_surname',
  'project_owner_email',
  'environment',
  'component',
  'use_case',
  'scs_url',
  'scs_branch',
  'scs_cred_type',
  'scs_cred_path',
  'stack_path',
  'cr_url',
  'cr_branch',
  'cr_cred_type',
  'cr_cred_path',
  'inventory_jwt',
  'api_url',
  'console_url',
]

/**
 * Stacks of versions 1 and 2: puts values in the place of `($ key $)`, blanks around the key or not. A key that is not in
 * `legacyKeys`, one without a value, and `($ .key $)` stay as they are. What is put in is not read again.
 */
export const substituteLegacy = (text: string, data: Readonly<Record<string, string>>): string =>
  text.replace(token, (whole, key: string) => (known.has(key) && Object.hasOwn(data, key) && data[key] ? data[key] : whole))

// No two parts of it can match the same characters, so it never goes back.
const token = /\(\$[ \t]*([a-z_]+)[ \t]*\$\)/g

const known = new Set(legacyKeys)
