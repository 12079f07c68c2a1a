import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openAzureDouble } from '../../test/support/bill-doubles/azure.ts'
import { openGoogleDouble } from '../../test/support/bill-doubles/google.ts'
import { openS3Double, s3Keys } from '../../test/support/bill-doubles/s3.ts'
import { IdentityRefused, proveIdentity } from './cloud-identity.ts'

const [aws, azure, google] = await Promise.all([openS3Double(), openAzureDouble(), openGoogleDouble()])
afterAll(async () => {
  for (const double of [aws, azure, google]) await double[Symbol.asyncDispose]()
})
beforeEach(() => {
  azure.subscriptions = ['5f1c0000-0000-0000-0000-00000000a001']
  google.projects = ['shop']
})

const hosts = () => ({
  azure: { login: azure.url, management: azure.url },
  google: { token: `${google.url}/token`, resources: google.url },
})
const refusalOf = (access: Parameters<typeof proveIdentity>[0], at = hosts()) =>
  proveIdentity(access, at).then(
    () => undefined,
    (error: IdentityRefused) => [error instanceof IdentityRefused, error.isTemporary, error.message],
  )

describe('whose a cloud account is', () => {
  const inAws = { kind: 'aws', accessKey: s3Keys.access_key, secretKey: s3Keys.secret_key, endpoint: aws.url } as const
  const inAzure = { kind: 'azure', subscriptionId: '5F1C0000-0000-0000-0000-00000000A001', ...azure.client, environment: 'public' } as const

  test('AWS says by the keys', async () => {
    expect(await proveIdentity(inAws)).toEqual({ provider: 'aws', account: '111122223333' })
    expect(await refusalOf({ ...inAws, accessKey: 'AKIANOBODY' })).toEqual([
      true,
      false,
      'AWS refuses the credential (InvalidClientTokenId)',
    ])
    expect(await refusalOf({ ...inAws, endpoint: 'http://127.0.0.1:9' })).toEqual([true, true, 'AWS does not answer'])
  })

  test('Azure says by what it shows of the subscription', async () => {
    expect(await proveIdentity(inAzure, hosts())).toEqual({ provider: 'azurerm', account: '5f1c0000-0000-0000-0000-00000000a001' })
    const other = '5f1c0000-0000-0000-0000-00000000b002'
    expect(await refusalOf({ ...inAzure, subscriptionId: other })).toEqual([
      true,
      false,
      `Azure shows no subscription ${other} to this credential`,
    ])
    expect(await refusalOf({ ...inAzure, subscriptionId: '../tenants' })).toEqual([true, false, expect.stringContaining('is none')])
    const [, , wrong] = (await refusalOf({ ...inAzure, clientSecret: 'wrong-azure-secret' })) ?? []
    expect(wrong).toContain('Azure refuses the credential (invalid_client)')
    const away = { ...hosts(), azure: { login: 'http://127.0.0.1:9', management: azure.url } }
    expect(await refusalOf(inAzure, away)).toEqual([true, true, expect.stringContaining('does not answer')])
  })

  test('Google says by what it shows of the project of the key', async () => {
    const inGoogle = { kind: 'google', keyFile: google.keyFile } as const
    expect(await proveIdentity(inGoogle, hosts())).toEqual({ provider: 'google', account: 'shop' })
    google.projects = []
    expect(await refusalOf(inGoogle)).toEqual([true, false, expect.stringContaining('shows no project shop')])
    expect(await refusalOf({ kind: 'google', keyFile: '{"client_email": "x"}' })).toEqual([
      true,
      false,
      expect.stringContaining('names no project'),
    ])
  })
})
