/**
 * The token of a component's state stands in its files and in its pipeline. Whoever may look at those, and not at the state, reads
 * everything but the token.
 */
import type { OrganizationContext } from '../../http/context.ts'
import { readStateToken, type StateTokenSubject } from './tokens.ts'

/** In the place of a token; not empty, since that would be a value of its own. */
export const hidden = '(hidden)'

const tokens = /\bstate\.[\w-]{8,1000}\.[\w-]{43}(?![\w-])/g

type Caller = Pick<OrganizationContext, 'platform' | 'organization' | 'may'>

/** Wraps a domain's handlers: what they answer passes through here. */
export function hidingTokens<H extends Record<string, (context: never, input: never) => Promise<unknown>>>(handlers: H): H {
  const wrapped = Object.entries(handlers).map(([id, handler]) => {
    const hiding = async (context: never, input: never) => withoutTokens(await handler(context, input), context)
    return [id, hiding]
  })
  return Object.fromEntries(wrapped) as H
}

/** The same answer without tokens that the caller may not have. */
export function withoutTokens(output: unknown, caller: Caller): unknown {
  if (typeof output !== 'object' || output === null) return output
  if (Symbol.asyncIterator in output) return eachWithoutTokens(output as AsyncIterable<string>, caller)
  if (!('data' in output)) return output
  const text = JSON.stringify(output)
  const clean = hideIn(text, caller)
  return clean === text ? output : JSON.parse(clean)
}

async function* eachWithoutTokens(chunks: AsyncIterable<string>, caller: Caller): AsyncGenerator<string> {
  for await (const chunk of chunks) yield hideIn(chunk, caller)
}

function hideIn(text: string, caller: Caller): string {
  if (!text.includes('state.')) return text
  return text.replace(tokens, (token) => (mayHave(token, caller) ? token : hidden))
}

function mayHave(token: string, { platform, organization, may }: Caller): boolean {
  let subject: StateTokenSubject
  try {
    subject = readStateToken(platform, token)
  } catch {
    // Looks like one, and opens nothing.
    return true
  }
  if (subject.organizationId !== organization.id) return false
  if ('externalBackendId' in subject) return may('organization:external_backend:update', `external_backend:${subject.externalBackendId}`)
  const { project, environment, component } = subject
  const place = `project:${project}:environment:${environment}:component:${component}`
  return ['organization:terraform_state:download', 'organization:component:update', 'organization:component:create'].some((action) =>
    may(action, place),
  )
}
