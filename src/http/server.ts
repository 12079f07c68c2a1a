/** HTTP: a loop over the operation table. There is no list of routes beside it. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import express, { type Request, type Response } from 'express'
import createRouter from 'find-my-way'
import { type OperationId, type OperationRow, operationTable } from '../contract/operations.ts'
import { ApiError, invalid } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { type Console, openConsole } from './console/console.ts'
import { mountConsole } from './console/pages.ts'
import { handlers } from './handlers.ts'
import { mountPages } from './pages.ts'
import { readQuery } from './query.ts'
import { renderError } from './render-error.ts'
import { newRequestId } from './request-id.ts'
import { runOperation } from './run.ts'
import { openValidator } from './validate.ts'

export interface Serving {
  /** `http://127.0.0.1:3001`, with the port that was really taken. */
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const

/** @param silenceMs after which connections that say nothing are closed when it ends */
export async function serve(platform: Platform, { silenceMs = 500 } = {}): Promise<Serving> {
  const { config, log } = platform
  const console = config.console === 'off' ? undefined : openConsole({ mode: config.console, folder: config.consoleFolder, log })
  const server = createServer(createApp(platform, console))
  // Longer than the usual idle time of a balancer, which must be the one to close.
  server.keepAliveTimeout = 75_000
  server.listen(config.port, config.host)
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => Promise.reject(listenError(error as NodeJS.ErrnoException, config.port))),
  ])
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([drain(server, platform, silenceMs), console?.[Symbol.asyncDispose]()])
    },
  }
}

export function createApp(platform: Platform, console?: Console): express.Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.locals['consoleUrl'] = platform.config.consoleUrl
  app.set('trust proxy', platform.config.trustedProxies)
  app.set('query parser', (text: string) => readQuery(text ?? '').plain)
  mountPages(app, platform)
  if (console) mountConsole(app, console)

  const router = createRouter({ ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 1000 })
  for (const [id, { method, path }] of Object.entries(operationTable))
    router.on(method.toUpperCase() as 'GET', path.replace(/{(\w+)}/g, ':$1'), () => {}, id)
  // Terraform locks by methods of its own unless it is told otherwise, and some give it one address for everything.
  for (const path of ['/inventory/lock', '/inventory']) {
    router.on('LOCK', path, () => {}, 'lockState' satisfies OperationId)
    router.on('UNLOCK', path, () => {}, 'unlockState' satisfies OperationId)
  }

  const validator = openValidator({
    responses: platform.config.validateResponses,
    onBadAnswer(error, id) {
      platform.log.error({ err: error, operation: id }, 'an answer does not match its schema')
      platform.onBadAnswer?.(error, id)
    },
  })

  app.use(async (request: Request, response: Response) => {
    const started = performance.now()
    const requestId = newRequestId()
    const log = platform.log.child({ request_id: requestId })
    const lastEventId = request.headers['last-event-id']
    const info = {
      id: requestId,
      address: request.ip ?? '',
      userAgent: request.headers['user-agent'] ?? '',
      log,
      lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
      header: (name: string) => request.get(name),
      rawBody: () => (request as Request & { raw?: Buffer }).raw,
      bodyStream: () => request,
      closed: () => untilClosed(response, platform),
    }
    response.setHeader('x-request-id', requestId)
    // Answers hold tokens and secrets, and a token may stand in the URL (`?api_key=`): no cache may keep them.
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    if (platform.draining) response.setHeader('connection', 'close')
    let id: OperationId | undefined
    response.once('close', () =>
      platform.metrics.observe({ request, response, operation: id, requestId, seconds: (performance.now() - started) / 1000 }),
    )
    try {
      const [pathname = '/', search = ''] = splitUrl(request.url)
      const found = router.find(request.method as 'GET', pathname)
      if (!found) throw notFoundOrNotAllowed(router, pathname, request, response)
      id = found.store as OperationId | undefined
      if (id === undefined) throw invalid('The path is not valid percent-encoding')
      const operation = operationTable[id] as OperationRow
      Object.assign(request, { operationId: id })
      await validator.answer(id, request, response)
      const question = { id, operation, path: found.params, query: readQuery(search), request, response, info }
      await runOperation(platform, validator, handlers[id] as never, question)
    } catch (error) {
      renderError(error, response, info)
    }
  })
  return app
}

/** Long answers end when nobody reads them any more, and when the process is asked to stop. */
function untilClosed(response: Response, { lasting }: Platform): AbortSignal {
  const controller = new AbortController()
  lasting.add(controller)
  const close = () => {
    lasting.delete(controller)
    controller.abort()
  }
  if (response.destroyed) close()
  else response.once('close', close)
  return controller.signal
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

function notFoundOrNotAllowed(router: ReturnType<typeof createRouter>, path: string, request: Request, response: Response): ApiError {
  const allowed = methods.filter((method) => typeof router.find(method, path)?.store === 'string')
  if (allowed.length === 0) return new ApiError('NotFoundEntity', 'There is nothing at this path; /docs lists what there is')
  response.setHeader('allow', allowed.join(', '))
  return new ApiError('MethodNotAllowed', `This path does not take ${request.method}; it takes ${allowed.join(', ')}`)
}

/**
 * Stops without losing a request. Node's own `server.close()` cuts idle connections at once, and with them a request that is
 * just arriving on one. So only the listening ends first; whoever still speaks on an open connection is answered, with
 * `connection: close`; what stays silent is closed after a moment.
 */
async function drain(server: Server, platform: Platform, silenceMs: number): Promise<void> {
  platform.draining = true
  for (const controller of platform.lasting) controller.abort()
  const closed = new Promise((resolve) => NetServer.prototype.close.call(server, resolve))
  const idle = setInterval(() => server.closeIdleConnections(), silenceMs)
  const giveUp = setTimeout(() => server.closeAllConnections(), 25_000)
  await closed
  clearInterval(idle)
  clearTimeout(giveUp)
}

const listenError = (error: NodeJS.ErrnoException, port: number): Error =>
  error.code === 'EADDRINUSE' ? new Error(`Port ${port} is taken by another program: stop it, or set PORT to another one`) : error
