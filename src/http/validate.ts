/**
 * Is the question well formed? express-openapi-validator answers, with one document per domain, made when the domain is
 * first asked. It would find its route by compiling every path's pattern on every request (2,030 → 500 requests a second
 * over the whole document); the route is known here already, so it is looked up once per operation and handed in.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import * as OpenApiValidator from 'express-openapi-validator'
import document from '../contract/openapi.json' with { type: 'json' }
import { type OperationId, type OperationRow, operationTable } from '../contract/operations.ts'
import type { Json } from '../db/json.ts'
import { invalid } from '../errors.ts'
import { canonicalFormats } from './formats.ts'

type Middleware = (request: Request, response: Response, next: NextFunction) => unknown

interface Route {
  request: Middleware
  response: Middleware | undefined
  openapi: object
  /** Query parameters that are lists. */
  lists: readonly string[]
}

export interface Validator {
  /** Coerces path and query in place. @throws what render-error.ts turns into a 422 with the fields named. */
  question(id: OperationId, request: Request, response: Response, path: Record<string, unknown>): Promise<void>
  /** Wraps `response.json` so that an answer which does not match its schema is reported; only where configured. */
  answer(id: OperationId, request: Request, response: Response): Promise<void>
}

export function openValidator({
  responses,
  onBadAnswer,
}: {
  responses: boolean
  onBadAnswer: (error: Error, id: OperationId) => void
}): Validator {
  const made = (responses ? madeWithResponses : madeWithout) ?? openRoutes(responses)
  if (responses) madeWithResponses = made
  else madeWithout = made
  const { routeOf, badAnswers } = made
  return {
    async question(id, request, response, path) {
      const { request: check, openapi, lists } = await routeOf(id)
      // One value makes a list for the validator, but an empty one does not, and asks for what belongs to none.
      for (const name of lists) if (request.query[name] === '') request.query[name] = ['']
      Object.assign(request, { openapi: { ...openapi, pathParams: path }, params: path, operationId: id })
      await run(check, request, response)
      assertFinite('path', path)
      assertFinite('query', request.query)
    },
    async answer(id, request, response) {
      if (!responses) return
      const { response: check } = await routeOf(id)
      if (!check) return
      // Behind the validator's own hook: an error thrown inside of that never becomes an answer, and the caller would wait.
      const json = response.json.bind(response)
      response.json = (body) => {
        response.json = json
        const bad = badAnswers.get(request)
        if (bad) onBadAnswer(bad, id)
        return response.json(body)
      }
      await run(check, request, response)
    },
  }
}

interface Routes {
  routeOf(id: OperationId): Promise<Route>
  badAnswers: WeakMap<Request, Error>
}
// The document is one and the same for the whole process, and making a domain's validator takes 80 to 200 ms.
let madeWithResponses: Routes | undefined
let madeWithout: Routes | undefined

function openRoutes(responses: boolean): Routes {
  const domains = new Map<string, RequestHandler[]>()
  const routes = new Map<OperationId, Promise<Route>>()
  const badAnswers = new WeakMap<Request, Error>()
  const domainOf = (domain: string): RequestHandler[] => {
    const known = domains.get(domain)
    if (known) return known
    const made = OpenApiValidator.middleware({
      apiSpec: documentOf(domain) as never,
      validateApiSpec: false,
      validateSecurity: false,
      fileUploader: false,
      validateRequests: { allowUnknownQueryParameters: true },
      validateResponses: responses ? { onError: (error, _body, request) => void badAnswers.set(request, error) } : false,
      formats: canonicalFormats,
    }) as RequestHandler[]
    domains.set(domain, made)
    return made
  }
  return {
    badAnswers,
    routeOf(id) {
      const known = routes.get(id)
      if (known) return known
      const made = findRoute(id, domainOf(operationTable[id].domain))
      routes.set(id, made)
      return made
    },
  }
}

/** `1e400` counts as an integer to the validator, whose limits and formats then look at finite numbers only. */
function assertFinite(place: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    if ([value].flat().some((one) => typeof one === 'number' && !Number.isFinite(one)))
      throw invalid(`${name} is out of range`, [`${place}.${name}: must be a finite number`])
}

const run = (middleware: Middleware, request: Request, response: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    const next = (error?: unknown) => (error ? reject(error) : resolve())
    Promise.resolve(middleware(request, response, next)).catch(reject)
  })

/** Lets the validator find the route of an operation by a made-up request, once. */
async function findRoute(id: OperationId, middlewares: RequestHandler[]): Promise<Route> {
  const { path, method } = operationTable[id] as OperationRow
  const named = (name: string) => middlewares.find((middleware) => middleware.name === name) as Middleware | undefined
  const metadata = named('metadataMiddleware')
  const request = named('requestMiddleware')
  if (!metadata || !request) throw new Error('express-openapi-validator has renamed its steps: adapt src/http/validate.ts')
  const url = path.replace(/{\w+}/g, 'x')
  const asked = {
    method: method.toUpperCase(),
    url,
    originalUrl: url,
    path: url,
    baseUrl: '',
    app: { enabled: () => false },
  } as unknown as Request & { openapi?: object }
  await run(metadata, asked, {} as Response)
  if (!asked.openapi) throw new Error(`express-openapi-validator does not know ${id}`)
  return { request, response: named('responseMiddleware'), openapi: asked.openapi, lists: listsOf(path, method) }
}

function listsOf(path: string, method: string): string[] {
  const { parameters = [] } =
    (document as unknown as { paths: Record<string, Record<string, { parameters?: Parameter[] }>> }).paths[path]?.[method] ?? {}
  const known = document.components.parameters as unknown as Record<string, Parameter>
  return parameters
    .map((parameter) => (parameter.$ref === undefined ? parameter : known[parameter.$ref.split('/').at(-1) ?? '']))
    .flatMap((parameter) => (parameter?.in === 'query' && parameter.schema?.type === 'array' ? [parameter.name ?? ''] : []))
}

interface Parameter {
  $ref?: string
  name?: string
  in?: string
  schema?: { type?: string }
}

/** The paths of one domain, with the components that they reach. */
function documentOf(domain: string): Json {
  const paths = Object.fromEntries(
    Object.entries(document.paths).filter(([, item]) => Object.values(item).some((operation) => operation.tags?.[0] === domain)),
  )
  // A path may be shared by domains; the other domain's operations do no harm.
  const components: Record<string, Record<string, unknown>> = {}
  const reach = (value: unknown): void => {
    for (const [, kind = '', name = ''] of JSON.stringify(value).matchAll(/"#\/components\/(\w+)\/([\w.-]+)"/g)) {
      const target = (document.components as Record<string, Record<string, unknown>>)[kind]?.[name]
      if (target === undefined || components[kind]?.[name] !== undefined) continue
      components[kind] = { ...components[kind], [name]: target }
      reach(target)
    }
  }
  reach(paths)
  // The validator writes into what it is given.
  const own = structuredClone({ openapi: document.openapi, info: document.info, paths, components })
  // Who reads the stream itself checks it too: there is no body yet when the question is validated.
  for (const item of Object.values(own.paths) as Record<string, { operationId: OperationId; requestBody?: unknown }>[])
    for (const operation of Object.values(item)) if (operationTable[operation.operationId]?.bodyStream) delete operation.requestBody
  return own as unknown as Json
}
