/**
 * A server of OPA that the operator runs. Policies of many are on it at once, so each is put below a package with a name that nobody
 * can guess, asked, and taken away; it may name nothing of the server's documents, and no function that reaches outside.
 */
import { randomBytes } from 'node:crypto'
import { unavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  type Bindings,
  forbidden,
  insidePackage,
  outcomeFrom,
  packageOf,
  problemsFrom,
  questionFor,
  sentenceOf,
  whyUnusable,
} from './opa-words.ts'
import { defaultLimits, failed } from './outcome.ts'
import { openTurns } from './turns.ts'
import type { PolicyEngine, PolicyLimits, PolicyOutcome } from './types.ts'

const mostAtOnce = 4
/** For the input to travel, beside a millisecond for each 10 KB of it. */
const travelMs = 2000
const longestAnswer = 8 * 2 ** 20

/** @param reader tells what cannot be read: the server itself says so only when a policy is put there */
export function openOpaServer(url: string, reader: PolicyEngine, log: Log): PolicyEngine {
  const turns = openTurns(mostAtOnce)
  const server: Server = { base: url.endsWith('/') ? url : `${url}/`, log }
  return {
    check: (body, organization) => reader.check(body, organization),
    async evaluate(policies, input, organization, given) {
      const limits = { ...defaultLimits, ...given }
      const outcomes: PolicyOutcome[] = []
      const end = performance.now() + limits.totalMs * 2 + travelMs
      for (const { name, body } of policies)
        outcomes.push(
          performance.now() > end
            ? failed(name, 'the policies before it took all the time that there is', limits)
            : await turns(organization, () => evaluate(server, name, body, input.text, limits)),
        )
      return outcomes
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}

interface Server {
  base: string
  log: Log
}

async function evaluate(server: Server, name: string, body: string, input: string, limits: PolicyLimits): Promise<PolicyOutcome> {
  const path = packageOf(body)
  if (!path) return failed(name, 'line 1, column 1: the text does not begin with a package', limits)
  const unusable = whyUnusable(body)
  if (unusable) return failed(name, unusable, limits)
  const foreign = whatIsForeign(body)
  if (foreign) return failed(name, foreign, limits)
  const own = `trochoid_${randomBytes(16).toString('hex')}`
  const milliseconds = limits.policyMs * 2 + travelMs + Math.ceil(input.length / 10_000)
  try {
    const put = await ask(server, 'PUT', `v1/policies/${own}`, insidePackage(body, own), 'text/plain', milliseconds)
    if (put.status === 400) return failed(name, withoutOwn(sentenceOf(problemsFrom(put.answer)), own) || 'OPA cannot read it', limits)
    if (put.status !== 200) throw new Error(`putting a policy was answered with ${put.status}`)
    const question = `{"query":${JSON.stringify(questionFor([own, ...path]))},"input":${input}}`
    const told = await ask(server, 'POST', 'v1/query', question, 'application/json', milliseconds)
    if (told.status !== 200)
      return failed(name, withoutOwn(sentenceOf(problemsFrom(told.answer)), own) || 'OPA could not evaluate it', limits)
    return outcomeFrom(name, body, bindingsOf(told.answer), limits)
  } catch (error) {
    if (error instanceof Late) return failed(name, `it takes longer than ${limits.policyMs} ms`, limits)
    server.log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'the OPA server does not work')
    throw unavailable('Policies cannot be evaluated at the moment: ask the operator', { cause: error })
  } finally {
    await ask(server, 'DELETE', `v1/policies/${own}`, undefined, undefined, travelMs).catch(() =>
      server.log.warn({ policy: own }, 'a policy could not be taken from the OPA server'),
    )
  }
}

/** The name that only we know. */
const withoutOwn = (text: string, own: string): string => text.replaceAll(`${own}.`, '').replaceAll(own, 'policy.rego')

/** In doubt it is: a word in a text is refused too, and says so. */
function whatIsForeign(body: string): string | undefined {
  // Lines that are comments, as far as that is sure: where a text may go over lines, they may be part of it.
  const code = body.includes('`') ? body : body.replace(/^[ \t]*#.*$/gm, '')
  for (const name of forbidden) {
    const [space = '', rest = ''] = name.split(/\.(.*)/s)
    const named =
      rest === '' ? new RegExp(`\\b${space}\\s*\\(`) : new RegExp(`\\b${space}\\s*(?:\\.\\s*${rest.replaceAll('.', '\\s*\\.\\s*')}\\b|\\[)`)
    if (named.test(code)) return `the function ${name} is not available: policies cannot reach anything outside of them`
  }
  return /(?<![\w.\]"])data\b/.test(code)
    ? 'it names `data`: there is nothing but `input` for policies that a shared server evaluates'
    : undefined
}

function bindingsOf(answer: unknown): Bindings {
  const { result } = (answer ?? {}) as { result?: Bindings[] }
  return result?.[0] ?? {}
}

class Late extends Error {}

async function ask(
  { base }: Server,
  method: string,
  path: string,
  body: string | undefined,
  type: string | undefined,
  milliseconds: number,
): Promise<{ status: number; answer: unknown }> {
  try {
    const answer = await fetch(new URL(path, base), {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(milliseconds),
      ...(body === undefined ? {} : { body, headers: { 'content-type': type ?? 'application/json' } }),
    })
    const text = await bounded(answer)
    return { status: answer.status, answer: text === '' ? undefined : JSON.parse(text) }
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw new Late()
    throw error
  }
}

async function bounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > longestAnswer) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
