import { describe, expect, test } from 'vitest'
import { type InterpolationFacts, legacyData, templateData } from './keys.ts'
import { legacyKeys } from './template.ts'

const facts: Required<InterpolationFacts> = {
  organization: 'organization',
  organizationName: 'organizationName',
  parentOrganization: 'parentOrganization',
  parentOrganizationName: 'parentOrganizationName',
  project: 'project',
  projectName: 'projectName',
  projectOwner: 'projectOwner',
  projectOwnerName: 'projectOwnerName',
  projectOwnerSurname: 'projectOwnerSurname',
  projectOwnerEmail: 'projectOwnerEmail',
  environment: 'environment',
  environmentName: 'environmentName',
  component: 'component',
  componentName: 'componentName',
  useCase: 'useCase',
  stack: 'stack',
  stackName: 'stackName',
  stackPath: 'stackPath',
  stackVersionName: 'stackVersionName',
  stackVersionRef: 'stackVersionRef',
  stackVersionCommit: 'stackVersionCommit',
  stackVersionType: 'stackVersionType',
  catalogUrl: 'catalogUrl',
  catalogBranch: 'catalogBranch',
  catalogCredType: 'catalogCredType',
  catalogCredPath: 'catalogCredPath',
  catalogCanonical: 'catalogCanonical',
  catalogName: 'catalogName',
  configUrl: 'configUrl',
  configBranch: 'configBranch',
  configCredType: 'configCredType',
  configCredPath: 'configCredPath',
  configCanonical: 'configCanonical',
  configName: 'configName',
  configRoot: 'configRoot',
  inventoryJwt: 'inventoryJwt',
  apiUrl: 'apiUrl',
  consoleUrl: 'consoleUrl',
  updatedByUsername: 'updatedByUsername',
  updatedByEmail: 'updatedByEmail',
  currentUserUsername: 'currentUserUsername',
}

describe('the keys of templates', () => {
  test.each([
    ['organization', 'org organization org_canonical organization_canonical'],
    ['organizationName', 'org_name organization_name'],
    ['parentOrganization', 'parent_org parent_organization parent_org_canonical parent_organization_canonical'],
    ['parentOrganizationName', 'parent_org_name parent_organization_name'],
    ['project', 'project project_canonical'],
    ['projectName', 'project_name'],
    ['projectOwner', 'project_owner project_owner_canonical'],
    ['projectOwnerName', 'project_owner_name'],
    ['projectOwnerSurname', 'project_owner_surname'],
    ['projectOwnerEmail', 'project_owner_email'],
    ['environment', 'env environment env_canonical environment_canonical'],
    ['environmentName', 'env_name environment_name'],
    ['component', 'component component_canonical'],
    ['componentName', 'component_name'],
    ['useCase', 'use_case'],
    ['stack', 'stack stack_canonical'],
    ['stackName', 'stack_name'],
    ['stackPath', 'stack_path'],
    ['stackVersionName', 'stack_version_name'],
    ['stackVersionRef', 'stack_version_ref'],
    ['stackVersionCommit', 'stack_version_commit'],
    ['stackVersionType', 'stack_version_type'],
    ['catalogUrl', 'scs_url catalog_repository_url'],
    ['catalogBranch', 'scs_branch catalog_repository_branch'],
    ['catalogCredType', 'scs_cred_type catalog_repository_credential_type'],
    ['catalogCredPath', 'scs_cred_path catalog_repository_credential_path'],
    ['catalogCanonical', 'scs_canonical catalog_repository catalog_repository_canonical'],
    ['catalogName', 'scs_name catalog_repository_name'],
    ['configUrl', 'cr_url config_repository_url'],
    ['configBranch', 'cr_branch config_repository_branch'],
    ['configCredType', 'cr_cred_type config_repository_credential_type'],
    ['configCredPath', 'cr_cred_path config_repository_credential_path'],
    ['configCanonical', 'config_repository config_repository_canonical'],
    ['configName', 'config_repository_name'],
    ['configRoot', 'config_root'],
    ['inventoryJwt', 'inventory_jwt'],
    ['apiUrl', 'api_url'],
    ['consoleUrl', 'console_url'],
    ['updatedByUsername', 'stackform_updated_by_user stackform_updated_by_user_username'],
    ['updatedByEmail', 'stackform_updated_by_user_email'],
    ['currentUserUsername', 'current_user_username'],
  ])('%s is found as %s', (fact, keys) => {
    const found = Object.entries(templateData(facts)).filter(([, value]) => value === fact)
    expect(found.map(([key]) => key).sort()).toEqual(keys.split(' ').sort())
  })

  test('are left out while the fact is not known', () => {
    expect(templateData({ project: 'p', environment: undefined })).toEqual({ project: 'p', project_canonical: 'p' })
  })

  test('stay when the fact is known to be empty', () => {
    expect(templateData({ stackPath: '' })).toEqual({ stack_path: '' })
  })
})

describe('the keys of versions 1 and 2', () => {
  test('are all there when everything is known', () => {
    expect(Object.keys(legacyData(facts)).sort()).toEqual([...legacyKeys].sort())
  })

  test('mean what they mean in templates', () => {
    expect(legacyData({ organization: 'o', projectOwner: 'u', catalogCanonical: 'c' })).toEqual({
      organization_canonical: 'o',
      project_owner_canonical: 'u',
    })
  })
})
