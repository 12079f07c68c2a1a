/** What a handler is: the generated table and types, turned into one signature per operation. */

import type { Filter } from '../db/filter.ts'
import { ApiError } from '../errors.ts'
import type { AccountContext, OrganizationContext, PublicContext } from '../http/context.ts'
import type { OperationId, OperationTable } from './operations.ts'
import type { components, operations } from './schema.ts'

export type { OperationId }
export type Schemas = components['schemas']
export type Schema<Name extends keyof Schemas> = Schemas[Name]
export type Domain = OperationTable[OperationId]['domain']
export type OperationsOf<D extends Domain> = { [Id in OperationId]: OperationTable[Id]['domain'] extends D ? Id : never }[OperationId]

type Parameters<Id extends OperationId> = operations[Id]['parameters']
type OrEmpty<T> = [T] extends [undefined] ? Record<string, never> : NonNullable<T>
type ContentOf<T> = T extends { content: infer Content } ? Content : never
type BodyOf<T> = T extends { 'application/json': infer Json }
  ? Json
  : T extends { 'application/x-www-form-urlencoded': infer Form }
    ? Form
    : undefined

/** The question, validated: path, query and body have the types of the document. */
export interface Input<Id extends OperationId> {
  path: OrEmpty<Parameters<Id> extends { path: infer Path } ? Path : undefined>
  query: OrEmpty<Parameters<Id> extends { query?: infer Query } ? Query : undefined>
  /** Undefined where the handler reads the stream itself. */
  body: OperationTable[Id]['bodyStream'] extends true
    ? undefined
    : BodyOf<ContentOf<NonNullable<operations[Id] extends { requestBody?: infer Body } ? Body : undefined>>>
  /** Bracket filters (`name[eq]=value`); only lists look at them. */
  filters: readonly Filter[]
}

type Success<Id extends OperationId> = OperationTable[Id]['success']
type AnswerOf<Id extends OperationId> =
  Success<Id> extends keyof operations[Id]['responses'] ? operations[Id]['responses'][Success<Id>] : never

/** The answer's body; `void` where the document has none, a location for redirects, text for what is not JSON. */
export type Output<Id extends OperationId> = OperationTable[Id]['success'] extends 301 | 303
  ? { location: string; cookie?: string }
  : OperationTable[Id]['respond'] extends 'json'
    ? ContentOf<AnswerOf<Id>> extends { 'application/json': infer Json }
      ? Json
      : never
    : OperationTable[Id]['respond'] extends 'bytes'
      ? { type: string; body: string | Uint8Array | AsyncIterable<Uint8Array>; fileName?: string; length?: number; md5?: string }
      : OperationTable[Id]['respond'] extends 'stream'
        ? AsyncIterable<string>
        : // Another status than the document's, for clients that take no other.
          { status: 200 } | undefined

/** The scope shapes what a handler can touch: a public one has no door to an organization. */
export type ContextOf<Id extends OperationId> = {
  public: PublicContext
  token: PublicContext
  authenticated: AccountContext
  organization: OrganizationContext
}[OperationTable[Id]['scope']]

export type Handler<Id extends OperationId> = (context: ContextOf<Id>, input: Input<Id>) => Promise<Output<Id>>

/** Every operation of one domain: a missing, extra or wrongly typed one does not compile, in the domain's own file. */
export type DomainHandlers<D extends Domain> = { [Id in OperationsOf<D>]: Handler<Id> }

/** An operation that is in the contract and not built yet. Counted in test/not-implemented.txt, which may only shrink. */
export async function notImplemented(): Promise<never> {
  throw new ApiError('NotImplemented', 'This operation is part of the contract but not built yet')
}
