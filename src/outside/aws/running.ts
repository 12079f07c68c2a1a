/** Reads what runs in an AWS account: a page, or all of it, selected by tag. */
import { ApiError, invalid, unavailable } from '../../errors.ts'
import { type AwsAccess, openAws } from './clients.ts'
import { type AwsKind, type AwsKindName, type AwsPage, type AwsTag, awsKinds, pairs } from './kinds.ts'

/** An empty side is any. */
export interface Selection {
  /** At least one of these. */
  tags: readonly AwsTag[]
  /** And, whatever the case of the key, the tag `project`. */
  project: string | undefined
  /** And all of these. */
  every?: readonly AwsTag[]
}

/** More are no answer for people, and every page costs a request. */
export const mostItems = 10_000

export async function readPage(
  access: AwsAccess,
  name: AwsKindName,
  selection: Selection,
  { next, size }: { next: string | undefined; size: number },
): Promise<AwsPage> {
  const kind: AwsKind = awsKinds[name]
  return within(access, kind, next !== undefined, (aws) => selectedPage(aws, kind, selection, next, size))
}

/** @throws Invalid when there are more than anybody looks at */
export async function readAll(access: AwsAccess, name: AwsKindName, selection: Selection): Promise<unknown[]> {
  const kind: AwsKind = awsKinds[name]
  return within(access, kind, false, async (aws) => {
    const all: unknown[] = []
    let next: string | undefined
    let read = 0
    do {
      const page = await selectedPage(aws, kind, selection, next, kind.sizes[1])
      all.push(...page.items)
      read += kind.sizes[1]
      next = page.next
      if (next !== undefined && read >= mostItems)
        throw invalid(`The account has more than ${mostItems} ${kind.name} to look through: select some by tag, or use the inventory`, [
          'query.tag: must select fewer',
        ])
    } while (next !== undefined)
    return all
  })
}

async function selectedPage(
  aws: ReturnType<typeof openAws>,
  kind: AwsKind,
  { tags, project, every = [] }: Selection,
  next: string | undefined,
  wished: number,
): Promise<AwsPage> {
  const [fewest, most] = kind.sizes
  const page = await kind.list(aws, { next, size: Math.min(most, Math.max(fewest, wished)), filters: filtersOf(kind, tags) })
  const after = page.next === '' ? undefined : page.next
  if ((tags.length === 0 && every.length === 0 && project === undefined) || page.items.length === 0)
    return { items: page.items, next: after }
  const known = await tagsOf(aws, kind, page.items)
  const items = page.items.filter((_, at) => {
    const own = known[at] ?? []
    return (
      every.every((wanted) => own.some((tag) => fits(tag, wanted))) &&
      (tags.length === 0 || tags.some((wanted) => own.some((tag) => fits(tag, wanted)))) &&
      (project === undefined || own.some(({ key, value }) => key.toLowerCase() === 'project' && value === project))
    )
  })
  return { items, next: after }
}

/** One tag with a key is found by AWS itself; of several it would want all. */
function filtersOf({ filtered }: AwsKind, tags: readonly AwsTag[]) {
  const [only, second] = tags
  if (!filtered || !only || second || only.key === '') return undefined
  return only.value === '' ? [{ Name: 'tag-key', Values: [only.key] }] : [{ Name: `tag:${only.key}`, Values: [only.value] }]
}

const fits = (tag: AwsTag, wanted: AwsTag): boolean =>
  (wanted.key === '' || wanted.key === tag.key) && (wanted.value === '' || wanted.value === tag.value)

async function tagsOf(aws: ReturnType<typeof openAws>, { tags }: AwsKind, items: readonly unknown[]): Promise<AwsTag[][]> {
  if (typeof tags === 'function') return tags(aws, items as readonly never[])
  return items.map((item) => pairs((item as Record<string, { Key?: string; Value?: string }[] | undefined>)[tags]))
}

async function within<T>(
  access: AwsAccess,
  kind: AwsKind,
  hasToken: boolean,
  run: (aws: ReturnType<typeof openAws>) => Promise<T>,
): Promise<T> {
  const aws = openAws(access)
  try {
    return await run(aws)
  } catch (error) {
    throw error instanceof ApiError ? error : answerTo(error, kind, hasToken)
  } finally {
    aws.dispose()
  }
}

const wrongKeys =
  /^(?:AuthFailure|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|InvalidAccessKeyId|ExpiredToken|ExpiredTokenException|RequestExpired|IncompleteSignature|MissingAuthenticationToken|InvalidToken|Blocked|OptInRequired)$/
const notAllowed = /^(?:UnauthorizedOperation|AccessDenied|AccessDeniedException|AuthorizationError)$/
const tooFast = /Throttl|RequestLimitExceeded|SlowDown|TooManyRequests/
const badToken =
  /^(?:InvalidNextToken|InvalidPaginationToken|InvalidMarker|InvalidParameterValue|InvalidParameterCombination|ValidationError|InvalidArgument)$/

/** Messages of AWS may repeat what it was asked, so that none of them goes further: the name says what went wrong. */
function answerTo(error: unknown, { name: what, permission }: AwsKind, hasToken: boolean): ApiError {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode ?? 0
  const cause = new Error(`AWS: ${name} (${status})`)
  const told = /^[\w.]{1,80}$/.test(name) ? name : 'an error'
  if (wrongKeys.test(name))
    return invalid(
      `AWS refuses the credential (${told}): its keys are wrong, were revoked, or may not use this region`,
      ['query.credential_canonical: is refused by AWS'],
      cause,
    )
  if (notAllowed.test(name))
    return invalid(
      `The credential may not list ${what}: its user or role in AWS needs ${permission} (AWS says ${told})`,
      ['query.credential_canonical: lacks a permission in AWS'],
      cause,
    )
  if (tooFast.test(name)) return unavailable('AWS asks to be asked more slowly: try again in a minute', { retryAfter: 60, cause })
  if (hasToken && badToken.test(name))
    return invalid('AWS does not know this page: begin again without it', ['query.next: is no token of AWS'], cause)
  if (status >= 400 && status < 500) return invalid(`AWS does not list ${what}: it says ${told}`, [], cause)
  return unavailable('AWS does not answer for the moment, or there is no such region: try again in a minute', { retryAfter: 60, cause })
}
