/** A client typed by operationId: what it sends and gets back has the types of the document. */

import type { Input, OperationId, Output } from '../../src/contract/operation.ts'
import { type OperationRow, operationTable } from '../../src/contract/operations.ts'

export interface Answer<T> {
  status: number
  headers: Headers
  body: T
}

type Part<Name extends 'path' | 'body', Value> = [Value] extends [undefined]
  ? unknown
  : [Value] extends [Record<string, never>]
    ? unknown
    : { [K in Name]: Value }

/** Only what the operation takes. `search` is appended to the query string as it is, for bracket filters. */
export type Question<Id extends OperationId> = Part<'path', Input<Id>['path']> &
  Part<'body', Input<Id>['body']> & { query?: Input<Id>['query']; search?: string; headers?: Record<string, string> }

/** Answers carry the success type; a test that expects an error looks at status and matchers instead. */
export type Client = { [Id in OperationId]: (question?: Question<Id>) => Promise<Answer<Output<Id>>> } & {
  call(
    id: OperationId,
    question: { path?: object; query?: object; body?: unknown; search?: string; headers?: Record<string, string> },
  ): Promise<Answer<unknown>>
  readonly token: string | undefined
}

export function clientOf(url: string, token?: string): Client {
  const call = async (id: OperationId, question: Parameters<Client['call']>[1] = {}): Promise<Answer<unknown>> => {
    const { method, path } = operationTable[id] as OperationRow
    const { body, search = '', headers = {} } = question
    const values = (question.path ?? {}) as Record<string, unknown>
    const target = path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(String(values[name] ?? `missing-${name}`)))
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(question.query ?? {})) for (const one of [value].flat()) query.append(name, String(one))
    const parts = [query.toString(), search].filter(Boolean).join('&')
    const response = await fetch(`${url}${target}${parts ? `?${parts}` : ''}`, {
      method: method.toUpperCase(),
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : isJson ? JSON.parse(text) : text }
  }
  return new Proxy({} as Client, {
    get(_, name: string) {
      if (name === 'call') return call
      if (name === 'token') return token
      if (name === 'then') return undefined
      return (question: Parameters<Client['call']>[1]) => call(name as OperationId, question)
    },
  })
}
