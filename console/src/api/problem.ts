import type { Schema } from './types.ts'

/** What the API says when it refuses. Its sentences are for people: they are shown as they are. */
export interface Fault {
  code: string
  message: string
  details?: string[] | undefined
}

export class Problem extends Error {
  override readonly name = 'Problem'
  /** 0: the API could not be reached. */
  readonly status: number
  readonly faults: readonly Fault[]
  /** To be told to whoever runs the platform: the log has more under it. */
  readonly requestId: string | undefined
  /** Seconds, when the API says when to come back. */
  readonly retryAfter: number | undefined

  /** Of a sign-in that needs a second factor: which ones, and what to answer. */
  readonly secondFactor: Schema<'SecondFactorNeeded'> | undefined

  constructor(
    status: number,
    faults: readonly Fault[],
    requestId?: string,
    retryAfter?: number,
    secondFactor?: Schema<'SecondFactorNeeded'>,
  ) {
    super(faults[0]?.message ?? String(status))
    this.status = status
    this.faults = faults
    this.requestId = requestId
    this.retryAfter = retryAfter
    this.secondFactor = secondFactor
  }

  /** `name: must be …` of a refused body becomes `{ name: 'must be …' }`, for the fields of a form. */
  get fields(): Record<string, string> {
    const found: Record<string, string> = {}
    for (const detail of this.faults.flatMap(({ details }) => details ?? [])) {
      const [, path, sentence] = /^(?:body\.)?([\w.[\]-]+): (.+)$/s.exec(detail) ?? []
      if (path && sentence) found[path] ??= sentence
    }
    return found
  }
}

export const isProblem = (error: unknown, ...statuses: number[]): error is Problem =>
  error instanceof Problem && (statuses.length === 0 || statuses.includes(error.status))

interface Body {
  errors: Fault[]
  request_id?: string
  second_factor?: Schema<'SecondFactorNeeded'>
}

/** Reads an answer that is no success. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '')
  const retryAfter = Number(response.headers.get('retry-after')) || undefined
  try {
    const { errors, request_id: id, second_factor: factor } = JSON.parse(text) as Body
    return new Problem(response.status, errors, id ?? response.headers.get('x-request-id') ?? undefined, retryAfter, factor)
  } catch {
    return new Problem(response.status, [{ code: 'Unknown', message: response.statusText }], undefined, retryAfter)
  }
}
