/**
 * The document promises exactly what `../shared/contract` says, but for the deviations below, each with its reason. Both
 * sides are flattened into facts (`getTeam query page_size type = integer`) and the facts are compared one by one.
 */
import { describe, expect, test } from 'vitest'
import document from '../src/contract/openapi.json' with { type: 'json' }
import { notImplemented } from '../src/contract/operation.ts'
import type { OperationId } from '../src/contract/operations.ts'
import { operationTable } from '../src/contract/operations.ts'
import { ApiError } from '../src/errors.ts'
import { handlers } from '../src/http/handlers.ts'
import { contractIsHere, differences, eachOperation, readContract, resolve, type Schema, walk } from './support/contract-facts.ts'
import { textFile } from './support/text-file.ts'

/**
 * Where the document differs from the contract on purpose; openapi/README.md tells the same to people. Every line must
 * still be needed: one that matches no difference fails the test.
 */
const deviations: [fact: RegExp, reason: string][] = [
  [/^\w+ answer \d{3} body is = ErrorPayload instead of nothing/, 'errors always have the shape of ErrorPayload'],
  [/^schema UserLogin(\.\*)? (minProperties|maxProperties|additionalProperties|type)/, 'the prose has 2 to 3 keys and no others'],
  [
    /^schema (NewExternalBackend|UpdateExternalBackend|NewInfraImport|InfraImportResourceBody|InfraImportResourcesBody) required/,
    'the prose requires configuration',
  ],
  [/^schema UpdateCloudCostManagementAccount required/, 'children, and accounts whose bills come as files, have no external backend'],
  [
    /^schema (NewKPI\.config|TerraformJSONConfig\.config|NewInventoryResource\.custom_attributes|FormsValidation\.form_file|UserGuide)( |$)/,
    'an object in the prose',
  ],
  [/^(createOrUpdateState|setInventoryPlan) body (type|additionalProperties)/, 'an object in the prose'],
  [/^schema (NewTeam|UpdateTeam)\.roles_canonical\[\]/, 'canonicals in the prose'],
  [/^\w+ query tag(\[\])? (minLength|maxLength|pattern|uniqueItems)/, 'unique key|value pairs in the prose'],
  [/^\w+ query (resource|credential_types|group_by|statuses) uniqueItems/, 'unique in the prose'],
  [/^\w+ query filter_version minItems/, 'at least one in the prose'],
  [/^getRepoBranches query git_url/, 'the pattern of git URLs in the prose'],
  [/^getServiceCatalogConfig query use_case/, 'a canonical of 3 to 100 characters in the prose'],
  [/^getOrgMembers query user_canonical/, 'any string in the prose'],
  [/^getOrgMembers query invitation_state/, 'repeatable, as clients send it'],
  [
    /^\w+ query (cache_path|concourse_page_since|concourse_page_until|dashboard|service_catalog_template|default) default/,
    'defaults of the prose',
  ],
  [
    /^(getComponent|updateComponent|migrateComponent|updateCloudCostManagementLinkedAccount) answer 200/,
    'the real server wraps it in data',
  ],
  [/^createRole answer 200/, 'the real server answers the whole role'],
  [/^\w+ query (begin|end) (type|format)/, 'dates and timestamps are both sent'],
  [/^unlockState body required/, 'terraform force-unlock sends none'],
  [/^(updateUserGuide|checkResource|setInventoryPlan) body required/, 'may be left out in the prose'],
  [/^(resendMemberInvitation|getLicence|updateUserGuide|refreshToken) authenticated/, 'clients send their token, and it is needed'],
  [/^(samlAssertionConsumerService|handleAWSMarketplaceUserEntitlement) /, 'the contract leaves the forms out'],
  [/^schema (AuthConfigOAuth|CloudProviderConfiguration|ExternalBackendConfiguration)( |$)/, 'variants are spelled out'],
  [/^listCredentials query credential_types?(\[\])? enum/, 'credentials of the type vmware can be found too'],
  [/^schema \w+\.(type|engine) enum/, 'each variant of a discriminator pins its own name'],
]

describe.skipIf(!contractIsHere)('the wire contract (../shared/contract; skipped where that folder is missing)', () => {
  test('every operation and model of the contract is promised, with the same names, limits and answers', () => {
    const found = differences()
    const unexplained = found.filter((difference) => !deviations.some(([fact]) => fact.test(difference)))
    const unneeded = deviations.filter(([fact]) => !found.some((difference) => fact.test(difference)))
    expect(unexplained).toEqual([])
    expect(unneeded.map(([fact, reason]) => `${fact}: ${reason}`)).toEqual([])
  })

  test('what goes beyond the contract is marked as ours', () => {
    const { operations, schemas } = readContract()
    const theirs = new Set(operations.map(({ operationId }) => operationId))
    const mine = eachOperation().filter(({ operation }) => !theirs.has(operation.operationId))
    expect(mine.filter(({ operation }) => operation['x-trochoid'] !== true).map(({ operation }) => operation.operationId)).toEqual([])
    const nameless = ['CostEstimationForm', 'FormsInterpolation'] // bodies without a name in the contract
    const models = Object.entries(document.components.schemas as Record<string, Schema>).filter(
      ([name]) => !(name in schemas) && !nameless.includes(name),
    )
    expect(models.filter(([, schema]) => schema['x-trochoid'] !== true).map(([name]) => name)).toEqual([])
  })
})

describe('the document', () => {
  test('every pattern compiles the way the validator compiles it', () => {
    const broken: string[] = []
    walk(document, (value) => {
      for (const key of ['pattern', 'x-contract-pattern'] as const) {
        const pattern = value[key]
        if (typeof pattern !== 'string') continue
        try {
          new RegExp(pattern, 'u')
        } catch {
          broken.push(pattern)
        }
      }
    })
    expect(broken).toEqual([])
  })

  test('every operation says who may call it, and openings say why', () => {
    const openings = ['public', 'authenticated', 'token']
    const silent = eachOperation().filter(({ operation }) => {
      const permission = operation['x-permission']
      const reason = operation['x-permission-reason']
      return typeof permission !== 'string' || openings.includes(permission) !== (typeof reason === 'string' && reason.length > 10)
    })
    expect(silent.map(({ operation }) => operation.operationId)).toEqual([])
  })

  test('the operation table has every operation, once', () => {
    const ids = eachOperation().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...ids].sort()).toEqual(Object.keys(operationTable).sort())
  })

  test('every reference leads somewhere', () => {
    const lost: string[] = []
    walk(document, ({ $ref }) => {
      if (typeof $ref === 'string' && resolve({ $ref }) === undefined) lost.push($ref)
    })
    expect(lost).toEqual([])
  })
})

describe('what is not built yet', () => {
  const missing = (Object.keys(operationTable) as OperationId[]).filter((id) => (handlers[id] as unknown) === notImplemented).sort()
  const list = textFile(
    'test/not-implemented.txt',
    'Operations that answer 501. This list may only shrink. Written by: UPDATE=1 npx vitest run test/contract.test.ts',
  )

  test('test/not-implemented.txt is the list of operations that answer 501, and has not grown', () => {
    const before = list.read()
    expect(missing.filter((id) => before !== undefined && !before.includes(id))).toEqual([])
    list.expectOrUpdate(missing)
  })

  test('an operation that is not built says so', async () => {
    await expect(notImplemented()).rejects.toThrow(ApiError)
    await expect(notImplemented()).rejects.toMatchObject({ code: 'NotImplemented' })
  })
})
