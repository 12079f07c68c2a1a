/**
 * A Concourse that is not one: its HTTP API on 127.0.0.1, with the oddities of the real one, over pipelines that live in memory.
 * It was written from what is documented of it. It knows one admin, who owns the team main, and whoever else it is told of.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../../src/formats/pipeline/types.ts'
import { Answered, type Exchange, exchangeOf, match, type Route } from './exchange.ts'
import { buildRoutes } from './routes-builds.ts'
import { pipelineRoutes } from './routes-pipelines.ts'
import { resourceRoutes } from './routes-resources.ts'
import { schedulePipeline } from './scheduler.ts'
import type { PipelineRow, World } from './world.ts'

export interface Seen {
  method: string
  /** With the query, as it was sent. */
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** What goes wrong with requests of this method and path, so many times. */
export interface Fault {
  method?: string
  path: RegExp
  /** 1 unless told. */
  times?: number
  does:
    | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
    /** Milliseconds before it does what it should. */
    | { kind: 'delay'; ms: number }
    /** Closes the connection without an answer. */
    | { kind: 'hang up' }
    /** Closes the connection after so many bytes of the answer's body. */
    | { kind: 'cut'; bytes: number }
}

export interface ConcourseDouble extends AsyncDisposable {
  url: string
  username: string
  password: string
  /** Everything that was asked, oldest first. */
  requests: Seen[]
  logins(): number
  /** Comes before those that are there already. */
  fail(fault: Fault): void
  /** Every token that was given so far is forgotten. */
  expireTokens(): void
  /** How many streams of events are open now. */
  openStreams(): number
  world: World
}

export interface DoubleOptions {
  version?: string
  /** Seconds that a token lives. */
  tokenSeconds?: number
  /** Local users beside the admin, with their passwords; they own nothing. */
  strangers?: Record<string, string>
}

export async function openConcourseDouble(options: DoubleOptions = {}): Promise<ConcourseDouble> {
  const { version = '7.11.2', tokenSeconds = 24 * 3600, strangers = {} } = options
  const [username, password] = ['platform', randomBytes(9).toString('hex')]
  const tokens = new Map<string, { user: Exchange['user']; until: number }>()
  const faults: (Fault & { left: number })[] = []
  const requests: Seen[] = []
  const closing = new AbortController()
  const world = openWorld(closing.signal)
  const routes: Route[] = [...pipelineRoutes(world), ...buildRoutes(world), ...resourceRoutes(world), ...generalRoutes(world, version)]
  let streams = 0

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (error instanceof Answered) return
      console.error('the double of Concourse', error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<undefined> {
    const body = await bodyOf(request)
    const path = request.url ?? '/'
    const method = request.method ?? 'GET'
    requests.push({ method, path, headers: request.headers, body })
    const fault = faults.find((one) => one.left > 0 && one.path.test(path) && (one.method ?? method) === method)
    if (fault) {
      fault.left -= 1
      if (await spoil(fault, response)) return
    }
    if (path === '/sky/issuer/token') return logIn(request, response, body)
    response.setHeader('x-concourse-version', version)
    const bearer = tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    const user = bearer && Date.now() < bearer.until ? bearer.user : undefined
    const exchange = exchangeOf(request, response, body, user ?? { name: '', isAdmin: false })
    const [plainPath = ''] = path.split('?')
    if (plainPath === '/api/v1/info') return exchange.json(200, { version, worker_version: '2.4', feature_flags: {} })
    if (!user) return exchange.text(401, 'not authorized')
    for (const route of routes) {
      const params = route.method === method ? match(route.pattern, plainPath) : undefined
      if (!params) continue
      if (params['team'] && !user.isAdmin) return exchange.text(403, 'forbidden')
      const pipeline = world.pipelines.find(({ name, team }) => name === params['pipeline'] && team.name === params['team'])
      if (route.needsLife && pipeline?.archived) return exchange.text(409, 'action not allowed for an archived pipeline')
      if (plainPath.endsWith('/events')) {
        streams += 1
        response.once('close', () => {
          streams -= 1
        })
      }
      return route.run({ ...exchange, params })
    }
    exchange.empty(404)
  }

  /** Form and client as the real one wants them. A token is 20 random bytes and the time it ends, in 38 characters. */
  function logIn(request: IncomingMessage, response: ServerResponse, body: string): undefined {
    const form = new URLSearchParams(body)
    const say = (status: number, value: Json): undefined => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (request.headers.authorization !== `Basic ${Buffer.from('fly:Zmx5').toString('base64')}`)
      return say(401, { error: 'invalid_client' })
    if (!form.get('scope')?.split(' ').includes('openid')) return say(400, { error: 'invalid_scope' })
    const name = form.get('username') ?? ''
    const isRight = form.get('grant_type') === 'password' && form.get('password') === (name === username ? password : strangers[name])
    if (!isRight) return say(401, { error: 'access_denied', error_description: 'Invalid username or password' })
    const end = Buffer.alloc(8)
    end.writeBigUInt64LE(BigInt(Math.floor(Date.now() / 1000 + tokenSeconds)))
    const token = Buffer.concat([randomBytes(20), end])
      .toString('base64')
      .replace(/=+$/, '')
    tokens.set(token, { user: { name, isAdmin: name === username }, until: Date.now() + tokenSeconds * 1000 })
    say(200, { access_token: token, token_type: 'bearer', expires_in: tokenSeconds, id_token: 'ey.not-for-the-api' })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const scanning = setInterval(() => {
    for (const pipeline of world.pipelines) schedulePipeline(world, pipeline)
  }, 200)
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, username, password, requests, world },
    logins: () => requests.filter(({ path }) => path === '/sky/issuer/token').length,
    fail: (fault) => faults.unshift({ ...fault, left: fault.times ?? 1 }),
    expireTokens: () => tokens.clear(),
    openStreams: () => streams,
    async [Symbol.asyncDispose]() {
      closing.abort()
      clearInterval(scanning)
      for (const build of world.builds) build.abort.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function openWorld(closed: AbortSignal): World {
  let lastId = 0
  const waiting = new Set<PipelineRow>()
  const world: World = {
    ...{ teams: [], pipelines: [], builds: [], workers: [], closed, checkEvery: 60 },
    nextId: () => ++lastId,
    now: () => Math.floor(Date.now() / 1000),
    changed(pipeline) {
      if (waiting.has(pipeline)) return
      waiting.add(pipeline)
      // After whatever is going on has been answered, and all changes of one moment together.
      void sleep(10).then(() => {
        waiting.delete(pipeline)
        if (!closed.aborted) schedulePipeline(world, pipeline)
      })
    },
  }
  world.teams.push({ id: world.nextId(), name: 'main', auth: {}, visibleAt: 0 })
  world.workers.push({
    ...{
      addr: '10.0.0.7:7777',
      baggageclaim_url: 'http://10.0.0.7:7788',
      name: 'worker-1',
      state: 'running',
      platform: 'linux',
      tags: null,
    },
    ...{ team: '', version: '2.4', start_time: 0, ephemeral: false, active_containers: 3, active_volumes: 9, active_tasks: 0 },
  })
  return world
}

const generalRoutes = ({ workers }: World, version: string): Route[] => [
  { method: 'GET', pattern: '/api/v1/workers', run: ({ json }) => json(200, workers) },
  {
    method: 'GET',
    pattern: '/api/v1/user',
    run: ({ user, json }) =>
      json(200, {
        ...{
          sub: `CgU${version}`,
          name: user.name,
          user_id: user.name,
          user_name: user.name,
          email: '',
          connector: 'local',
          display_user_id: user.name,
        },
        ...{ is_admin: user.isAdmin, is_system: false, teams: user.isAdmin ? { main: ['owner'] } : {} },
      }),
  },
]

/** @returns whether that was all of the answer */
async function spoil({ does }: Fault, response: ServerResponse): Promise<boolean> {
  switch (does.kind) {
    case 'answer':
      response.writeHead(does.status, does.headers)
      response.end(does.body ?? '')
      return true
    case 'delay':
      await sleep(does.ms)
      return false
    case 'hang up':
      response.socket?.destroy()
      return true
    case 'cut':
      cutAfter(response, does.bytes)
      return false
  }
}

function cutAfter(response: ServerResponse, bytes: number): void {
  let left = bytes
  const write = response.write.bind(response) as (chunk: Buffer, done: () => void) => boolean
  const end = response.end.bind(response) as () => ServerResponse
  response.write = (chunk: unknown): boolean => {
    const part = Buffer.from(chunk as string).subarray(0, left)
    left -= part.length
    return write(part, () => {
      if (left === 0) response.socket?.destroy()
    })
  }
  response.end = (chunk?: unknown): ServerResponse => {
    if (chunk !== undefined && chunk !== '') response.write(chunk)
    return left === 0 ? response : end()
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
