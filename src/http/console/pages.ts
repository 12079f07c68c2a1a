/** `/console` and everything below it: a page, its scripts and styles, and nothing else. */
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Express, Request, Response } from 'express'
import { pagePolicy, plainPage } from '../error-page.ts'
import { isFromHere } from '../from-here.ts'
import type { ServedFile } from './built-files.ts'
import type { Console, ConsoleState } from './console.ts'

export function mountConsole(app: Express, console: Console): void {
  app.get('/', (request, response, next) => {
    response.vary('accept')
    if (request.accepts(['json', 'html']) === 'html') response.redirect(302, '/console')
    else next()
  })
  app.use('/console', async (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return void response.status(405).type('text').send('The console takes GET only.\n')
    }
    const state = await console.state()
    if (state.kind !== 'ready') return sendWaiting(request, response, state)
    const path = pathOf(request)
    const file = path === undefined ? undefined : state.build.files.get(path)
    if (file) return sendFile(request, response, file)
    // A page in place of a script would only say that it is no script.
    if (path === undefined || path.startsWith('assets/'))
      return void response.status(404).setHeader('cache-control', 'no-store').type('text').send('There is no such file.\n')
    sendPage(request, response, state.build.page)
  })
}

/** Below `/console/`; undefined when it cannot be read. */
function pathOf({ path }: Request): string | undefined {
  try {
    return decodeURIComponent(path).replace(/^\/+/, '')
  } catch {
    return undefined
  }
}

const permissions = [
  'publickey-credentials-get=(self)',
  'publickey-credentials-create=(self)',
  'camera=()',
  'microphone=()',
  'geolocation=()',
]

/** Every path is the same page: what it shows, it decides by its address. */
function sendPage(request: Request, response: Response, page: string): void {
  const nonce = randomBytes(16).toString('base64url')
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `manifest-src 'self'`,
    `worker-src 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
  ]
  response.setHeader('content-security-policy', policy.join('; '))
  // Links of mails bring tokens in the address.
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('permissions-policy', permissions.join(', '))
  response.setHeader('cache-control', 'no-store')
  response.vary('accept-encoding')
  const body = Buffer.from(page.replaceAll('__CSP_NONCE__', nonce))
  // It is another one each time, so it is compressed each time: 20 KB take half a millisecond.
  const small = request.acceptsEncodings('gzip') === 'gzip'
  if (small) response.setHeader('content-encoding', 'gzip')
  response.type('html').send(small ? gzipSync(body) : body)
}

function sendFile(request: Request, response: Response, { type, lasting, bodies }: ServedFile): void {
  response.setHeader('content-type', type)
  response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  // Opened on its own, an image of this kind is a page.
  if (type === 'image/svg+xml') response.setHeader('content-security-policy', `default-src 'none'; style-src 'unsafe-inline'`)
  if (bodies.size > 1) response.vary('accept-encoding')
  const taken = (request.acceptsEncodings() ?? []) as string[]
  const encoding = (['br', 'gzip'] as const).find((name) => bodies.has(name) && taken.includes(name))
  if (encoding) response.setHeader('content-encoding', encoding)
  const body = bodies.get(encoding ?? 'identity')
  response.setHeader('content-length', body?.length ?? 0)
  response.end(body)
}

/** The service is up before its console is: the page comes again by itself. */
function sendWaiting(request: Request, response: Response, state: Exclude<ConsoleState, { kind: 'ready' }>): void {
  response.setHeader('content-security-policy', pagePolicy)
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cache-control', 'no-store')
  response.setHeader('retry-after', '2')
  response
    .status(503)
    .type('html')
    .send(plainPage({ ...wordsOf(state, isFromHere(request)), refresh: 2 }))
}

/** @param fromHere does whoever reads it sit at the machine that built it? What a build says names its folders and quotes its sources. */
function wordsOf(state: Exclude<ConsoleState, { kind: 'ready' }>, fromHere: boolean): { title: string; lines: string[]; details?: string } {
  const api = 'The API answers already; its reference is at /docs.'
  switch (state.kind) {
    case 'looking':
      return { title: 'One moment', lines: ['The console is being looked for.'] }
    case 'building':
      return {
        title: 'The console is being built',
        lines: ['That takes about half a minute, once. This page shows it by itself when it is ready.', api],
      }
    case 'missing':
      return {
        title: 'The console is not built',
        lines: [
          'Run npm run build where Trochoid is installed with its development packages. This page shows it by itself afterwards.',
          api,
        ],
      }
    case 'failed':
      return {
        title: 'The console could not be built',
        lines: [
          'Run npm run build to try again. This page shows the console by itself when it is there.',
          ...(fromHere ? [] : ['Why it failed stands in the log of the service, and on this page for whoever opens it on that machine.']),
          api,
        ],
        ...(fromHere ? { details: state.why } : {}),
      }
    default:
      return state satisfies never
  }
}
