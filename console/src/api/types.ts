/** The types of the document, by operationId: what an operation takes and what it answers. */
import type { components, operations } from '../../../src/contract/schema.ts'
import type { OperationId } from './operations.ts'

export type { OperationId }

/** A model of the document: `Schema<'Project'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

type Parameters<Id extends OperationId> = operations[Id]['parameters']
type PathOf<Id extends OperationId> = Parameters<Id> extends { path: infer Path } ? Path : undefined
type QueryOf<Id extends OperationId> = Parameters<Id> extends { query?: infer Query } ? NonNullable<Query> : undefined
type ContentOf<T> = T extends { content: infer Content } ? Content : undefined
type JsonOf<T> = T extends { 'application/json': infer Json } ? Json : undefined
type BodyOf<Id extends OperationId> = operations[Id] extends { requestBody?: infer Body } ? JsonOf<ContentOf<NonNullable<Body>>> : undefined

type Part<Name extends string, Value> = [Value] extends [undefined] ? unknown : { [K in Name]: Value }

/** What is sent: `path` and `body` where the operation has them. */
export type Question<Id extends OperationId> = Part<'path', PathOf<Id>> &
  Part<'body', BodyOf<Id>> & {
    query?: QueryOf<Id>
    /** Bracket filters of lists, as the query string has them: `{ 'name[rlike]': 'web' }`. Of several values each has to fit. */
    filters?: Readonly<Record<string, string | readonly string[] | undefined>>
  }

/** The question of a read, which has no body. */
export type Asked<Id extends OperationId> = Omit<Question<Id>, 'body'>
export type PathParameters<Id extends OperationId> = PathOf<Id> extends undefined ? Record<never, string> : PathOf<Id>

type Successes = 200 | 201 | 204
type AnswerOf<Id extends OperationId> = operations[Id]['responses'] extends infer Responses
  ? Responses[Extract<keyof Responses, Successes>]
  : never

/** The whole answer: `{ data, pagination? }` for most, undefined where there is no body. */
export type Answer<Id extends OperationId> = JsonOf<ContentOf<AnswerOf<Id>>>

/** What is in the answer's `data`. */
export type Data<Id extends OperationId> = Answer<Id> extends { data?: infer Content } ? NonNullable<Content> : undefined
