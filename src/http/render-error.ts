/** The one file that turns what went wrong into HTTP. */
import type { Response } from 'express'
import { ApiError, errorCodes, invalid } from '../errors.ts'
import type { RequestInfo } from './context.ts'
import { errorPage, pagePolicy, wantsPage } from './error-page.ts'

/** Never throws: by now there is nobody left to catch. */
export function renderError(error: unknown, response: Response, { id, log }: RequestInfo): void {
  const known = asApiError(error)
  if (known?.cause) log.debug({ cause: known.cause }, 'refused with a cause')
  if (!known) log.error({ err: error }, 'unexpected error')
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { code, message, details } = known ?? {
    code: 'Unexpected',
    message: 'Something went wrong on our side; the request id helps to find out what',
    details: [],
  }
  if (known?.retryAfter !== undefined) response.setHeader('retry-after', String(known.retryAfter))
  if (known?.code === 'Unauthenticated') response.setHeader('www-authenticate', 'Bearer')
  response.status(known ? errorCodes[known.code] : 500)
  if (wantsPage(response)) {
    response.setHeader('content-security-policy', pagePolicy)
    response.setHeader('referrer-policy', 'no-referrer')
    send(response, 'text/html', errorPage({ message, requestId: id, consoleUrl: String(response.app.locals['consoleUrl']) }))
    return
  }
  const second_factor = known?.secondFactor
  // Terraform prints the holder of a lock when it stands beside everything else.
  const body = { ...known?.holder, errors: [{ code, message, details }], request_id: id, ...(second_factor ? { second_factor } : {}) }
  send(response, 'application/json', JSON.stringify(body))
}

function send(response: Response, type: string, body: string): void {
  response.setHeader('content-type', `${type}; charset=utf-8`)
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}

function asApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  const { status, errors } = error as { status?: unknown; errors?: unknown }
  if (Array.isArray(errors) && status === 400) return fromValidator(errors as ValidatorError[])
  if (status === 415)
    return new ApiError('UnsupportedMediaType', 'The body must be sent as application/json or application/vnd.cycloid.io.v1+json')
  return undefined
}

interface ValidatorError {
  path: string
  message: string
}

/** `/body/rules/0/action` becomes `body.rules[0].action`. */
function fromValidator(errors: ValidatorError[]): ApiError {
  const details = errors.map(({ path, message }) => {
    const field = path
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
      .join('')
      .slice(1)
    return `${field || 'request'}: ${message}`
  })
  const unique = [...new Set(details)]
  return invalid(`The request is not valid: ${unique[0] ?? 'see the reference'}`, unique)
}
