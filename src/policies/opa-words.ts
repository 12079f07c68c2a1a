/** What is asked of OPA and what it answers, by whichever way it is reached. */
import { failed, neither, outcomeOf, takesArguments } from './outcome.ts'
import type { PolicyLimits, PolicyOutcome, SyntaxProblem } from './types.ts'

/** Functions that reach outside, or whose answer is not the same for the same plan. */
export const forbidden: ReadonlySet<string> = new Set([
  'http.send',
  'net.lookup_ip_addr',
  'opa.runtime',
  'providers.aws.sign_req',
  'rand.intn',
  'rego.metadata.chain',
  'rego.metadata.rule',
  'rego.parse_module',
  'trace',
  'uuid.rfc4122',
])

const header = /^((?:\s|#[^\n]*\n)*package\s+)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\["[^"\\\n]*"\])*)/

/** The path of the package; undefined where the text does not begin with one. */
export function packageOf(body: string): string[] | undefined {
  const path = header.exec(body)?.[2]
  return path === undefined ? undefined : [...path.matchAll(/"([^"]*)"|(\w+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/** The same policy below another package. */
export const insidePackage = (body: string, outer: string): string => body.replace(header, (_, before, path) => `${before}${outer}.${path}`)

/** Holds always; a rule that has no value is an empty list. */
export function questionFor(path: readonly string[]): string {
  const rule = (name: string) => `data${[...path, name].map((part) => `[${JSON.stringify(part)}]`).join('')}`
  return `deny := [x | x := ${rule('deny')}]; allow := [x | x := ${rule('allow')}]`
}

export interface Bindings {
  deny?: unknown
  allow?: unknown
}

export function outcomeFrom(name: string, body: string, { deny, allow }: Bindings, limits: PolicyLimits): PolicyOutcome {
  if (!Array.isArray(deny) || !Array.isArray(allow)) return failed(name, 'OPA gave no answer', limits)
  return outcomeOf(name, { deny: deny[0], allow: allow[0], hasAllow: heads(body, 'allow').length > 0 }, limits)
}

interface OpaError {
  code?: unknown
  message?: unknown
  location?: { row?: unknown; col?: unknown }
}

/** Of `{"errors": […]}`; OPA's own words name no file or address of ours. */
export function problemsFrom(answer: unknown): (SyntaxProblem & { code: string })[] {
  const errors = typeof answer === 'object' && answer !== null && 'errors' in answer ? answer.errors : undefined
  if (!Array.isArray(errors)) return []
  return errors.map((error: OpaError) => ({
    code: String(error?.code ?? ''),
    message: String(error?.message ?? 'unknown').slice(0, 1000),
    line: whole(error?.location?.row),
    column: whole(error?.location?.col),
  }))
}

const whole = (number: unknown): number => (typeof number === 'number' && number > 0 ? number : 1)

export const sentenceOf = (problems: readonly SyntaxProblem[]): string =>
  problems
    .slice(0, 5)
    .map(({ message, line, column }) => `${message} (line ${line}, column ${column})`)
    .join('; ')

export const isSyntax = (problems: readonly { code: string }[]): boolean => problems.some(({ code }) => code === 'rego_parse_error')

/** Of a policy whose text can be read: why it could never refuse. */
export function whyUnusable(body: string): string | undefined {
  const [deny, allow] = [heads(body, 'deny'), heads(body, 'allow')]
  if (deny.length + allow.length === 0) return neither
  const named = [...deny, ...allow].find((head) => head.endsWith('('))
  return named && takesArguments(named.startsWith('deny') ? 'deny' : 'allow')
}

const words = /#[^\n]*|"(?:[^"\\\n]|\\.)*"|`[^`]*`|^[ \t]*(?:package|import)\b[^\n]*|[{[(]|[}\])]|(?<![\w.])(?:deny|allow)(?!\w)\s*\(?/gm

/** Where a name stands outside of brackets and texts, as rules do; with the parenthesis after it. */
function heads(body: string, name: string): string[] {
  const found: string[] = []
  let depth = 0
  for (const [word] of body.matchAll(words)) {
    if (depth === 0 && word.startsWith(name)) found.push(word)
    if (/[{[(]$/.test(word) && !/^["`#]/.test(word)) depth++
    else if (/^[}\])]$/.test(word)) depth--
  }
  return found
}
