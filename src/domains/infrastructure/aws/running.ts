/** What runs in the account behind a credential of the organization. */
import type { Input } from '../../../contract/operation.ts'
import { forbidden, invalid } from '../../../errors.ts'
import type { OrganizationContext } from '../../../http/context.ts'
import type { AwsAccess } from '../../../outside/aws/clients.ts'
import { type AwsKindName, awsKinds } from '../../../outside/aws/kinds.ts'
import { readAll, readPage, type Selection } from '../../../outside/aws/running.ts'
import { openCredential } from '../../credentials/credentials.ts'
import { readingCredentials } from '../../git.ts'

type Query = Input<'getRunningInfraAWSVPCs'>['query']
type PagedQuery = Input<'getRunningInfraAWSInstances'>['query']

/** Of one answer, however many questions it takes. */
const patienceMs = 45_000
const defaultRegion = 'us-east-1'

/** Whoever looks through a credential reads what it opens. @throws NotFoundEntity, Unauthorized, or Invalid for one of another type */
export async function accessOf(
  context: Pick<OrganizationContext, 'platform' | 'read' | 'actor' | 'may'>,
  canonical: string,
  region = defaultRegion,
  field = 'query.credential_canonical',
): Promise<AwsAccess> {
  const { platform } = context
  const { credential, raw } = await context.read((tx) => openCredential(tx, platform.master, canonical))
  if (!readingCredentials(context)(credential))
    throw forbidden(`You may not look into the account of the credential ${canonical}: no rule grants you to read it`)
  if (credential.type !== 'aws')
    throw invalid(`AWS needs a credential of the type aws, and ${canonical} is of the type ${credential.type}`, [
      `${field}: must be of the type aws`,
    ])
  return {
    accessKey: raw.access_key ?? '',
    secretKey: raw.secret_key ?? '',
    region,
    endpoint: platform.config.terraform.awsEndpoint,
    signal: AbortSignal.timeout(patienceMs),
  }
}

export async function listRunning(context: OrganizationContext, name: AwsKindName, query: Query): Promise<unknown[]> {
  return readAll(await accessOf(context, query.credential_canonical, query.region), name, selectionOf(query))
}

export async function pageRunning(context: OrganizationContext, name: AwsKindName, query: PagedQuery) {
  if (query.page_size !== undefined && query.page_size < 1)
    throw invalid('A page holds at least one item', ['query.page_size: must be at least 1'])
  const wish = { next: query.next, size: query.page_size ?? 1000 }
  const access = await accessOf(context, query.credential_canonical, query.region)
  const { items, next } = await readPage(access, name, selectionOf(query), wish)
  return { data: items, pagination: { next: next ?? '' } }
}

type Counts = Partial<Record<AwsKindName, { total_amount: number }>>

/** A kind after the other: all at once, AWS would refuse some. */
export async function countRunning(context: OrganizationContext, query: Input<'getRunningInfraAWS'>['query']): Promise<Counts> {
  const access = await accessOf(context, query.credential_canonical, query.region)
  const asked = query.resource?.length ? query.resource : (Object.keys(awsKinds) as AwsKindName[])
  const counts: Counts = {}
  for (const name of asked) counts[name] = { total_amount: (await readAll(access, name, selectionOf(query))).length }
  return counts
}

const selectionOf = ({ tag = [], project_canonical: project }: Pick<Query, 'tag' | 'project_canonical'>): Selection => ({
  tags: tag.map((text) => {
    const bar = text.indexOf('|')
    return { key: text.slice(0, bar), value: text.slice(bar + 1) }
  }),
  project,
})
