/** Sends any question to any operation, good or bad, without a typed client in the way. */
import { type OperationId, type OperationRow, operationTable } from '../../src/contract/operations.ts'
import { jsonOf } from './hostile.ts'
import type { AnyQuestion } from './questions.ts'
import { type RawAnswer, send } from './raw.ts'

interface Way {
  token?: string | undefined
  /** Sent as ?api_key= instead of the header. */
  apiKey?: string | undefined
  /** Appended to the query string as it is. */
  search?: string
  /** Sent instead of the question's body. */
  text?: string
  /** Milliseconds. */
  timeout?: number
}

export const operations = Object.entries(operationTable) as [OperationId, OperationRow][]

export async function ask(
  url: string,
  id: OperationId,
  question: AnyQuestion,
  { token, apiKey, search = '', text, timeout = 60_000 }: Way = {},
): Promise<RawAnswer> {
  const { method, body: types } = operationTable[id] as OperationRow
  const isForm = types.length > 0 && types.every((type) => type === 'application/x-www-form-urlencoded')
  const body = text ?? (question.body === undefined ? undefined : isForm ? formOf(question.body) : jsonOf(question.body))
  return send(url, targetOf(id, question, [apiKey === undefined ? '' : `api_key=${encoded(apiKey)}`, search]), {
    method: method.toUpperCase(),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
    timeout,
  })
}

const formOf = (body: unknown): string =>
  typeof body === 'object' && body !== null
    ? Object.entries(body)
        .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
        .join('&')
    : encoded(body)

export function targetOf(id: OperationId, { path, query }: AnyQuestion, more: readonly string[] = []): string {
  const pathname = operationTable[id].path.replace(/{(\w+)}/g, (_, name: string) => encoded(path[name] ?? 'missing'))
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encoded(name)}=${encoded(one)}`),
  )
  const search = [...pairs, ...more].filter((part) => part !== '').join('&')
  return search === '' ? pathname : `${pathname}?${search.slice(0, longest)}`
}

/** Node itself refuses a request whose head has more than 16 KB, with 431 and no words of ours. */
const longest = 12_000

/** Percent-encoded UTF-8; half a surrogate pair becomes the bytes that a careless client would send. */
function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return [...text.slice(0, 1500)]
    .map((character) => (/\p{Surrogate}/u.test(character) ? '%ED%A0%80' : encodeURIComponent(character)))
    .join('')
}

/** A few at a time: enough to meet each other, few enough for two cores. */
export async function inTurns<T>(list: readonly T[], atOnce: number, run: (item: T) => Promise<void>): Promise<void> {
  const rest = list.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await run(item)
    }),
  )
}

/** What an error says, without what is different every time; `names` are replaced, so that two questions can be compared. */
export function wordsOf({ status, json, text }: RawAnswer, ...names: string[]): string {
  const { request_id, ...rest } = (json ?? { text }) as Record<string, unknown>
  return names.reduce((words, name) => words.replaceAll(JSON.stringify(name).slice(1, -1), '…'), `${status} ${JSON.stringify(rest)}`)
}
