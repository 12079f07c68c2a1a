/**
 * The interpreter cases of regorus in ../shared/data/rego: policies, inputs and what must come out, told by others. They say
 * what is evaluated, in YAML with `set!:` and `object!:` for what JSON lacks.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { RegoError, RegoSyntaxError } from '../../src/formats/rego/errors.ts'
import { parseModule } from '../../src/formats/rego/parser.ts'
import type { Builtins } from '../../src/formats/rego/rego.ts'
import { open } from '../../src/formats/rego/rego.ts'
import { equal, fromJson, identity, RegoObject, RegoSet, type Value } from '../../src/formats/rego/values.ts'

const folder = new URL('../../../shared/data/rego/', import.meta.url).pathname
export const casesAreThere = existsSync(folder)
export const whyNoCases = 'needs the cases of regorus in ../shared/data/rego'

interface RegoCase {
  note: string
  modules: string[]
  query: string
  data?: unknown
  input?: unknown
  want_result?: unknown
  no_result?: boolean
  error?: string
  strict?: boolean
  skip?: boolean
}

export interface CaseResult {
  /** Unique: notes repeat. */
  id: string
  category: string
  /** What regorus adds to the language is not Rego. */
  isRego: boolean
  /** Why it fails; undefined when it passes. */
  problem: string | undefined
}

const extensions = ['limits', 'rego-extensions', 'target']

/** @param typed whether certain mistakes of types are refused: OPA does, and what told these cases does not */
export function runCases(builtins: Builtins, typed = false): CaseResult[] {
  const seen = new Map<string, number>()
  return files().flatMap((file) => {
    // Some files are indented as strict YAML forbids, and are meant all the same.
    const text = readFileSync(join(folder, file), 'utf8').replaceAll(/set!: \[\n[^\]]*\]/g, (list) => list.replaceAll('\n', ' '))
    const content = parseDocument(text, { intAsBigInt: true }).toJS({ mapAsMap: true }) as Map<string, unknown>
    const cases = (content.get('cases') as Map<string, unknown>[] | null) ?? []
    return cases
      .map((one) => Object.fromEntries(one) as unknown as RegoCase)
      .filter((one) => one.skip !== true)
      .map((one) => {
        const name = `${file}#${one.note}`
        const times = (seen.get(name) ?? 0) + 1
        seen.set(name, times)
        const category = file.split('/')[0] as string
        return {
          id: times > 1 ? `${name}#${times}` : name,
          category: file.includes('/') ? category : 'basic',
          isRego: !extensions.includes(category),
          problem: run(one, builtins, typed),
        }
      })
  })
}

function files(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort()
}

function run(one: RegoCase, builtins: Builtins, typed: boolean): string | undefined {
  const strict = one.strict !== false
  let result: Value | undefined
  try {
    const modules = one.modules.map((text) => parseModule(text))
    const given = { input: 'input' in one ? decoded(one.input) : undefined, data: 'data' in one ? decoded(one.data) : undefined }
    const limits = { deadline: Date.now() + 5_000 }
    const session = open({ modules, builtins, strict, typed, now: 1_700_000_000_000_000_000n, limits, ...given })
    result = resultOf(one.query, session)
  } catch (problem) {
    if (!(problem instanceof RegoError || problem instanceof RegoSyntaxError)) return `crashed: ${String(problem)}`
    return one.error === undefined ? `error: ${problem.message}` : undefined
  }
  if (one.error !== undefined) return `no error, wanted: ${one.error}`
  if (one.no_result || !('want_result' in one)) return result === undefined ? undefined : `wanted nothing, got ${identity(result)}`
  const wanted = one.want_result === '#undefined' ? undefined : decoded(one.want_result)
  if (result === undefined || wanted === undefined)
    return result === wanted
      ? undefined
      : `wanted ${wanted === undefined ? 'nothing' : identity(wanted)}, got ${result === undefined ? 'nothing' : identity(result)}`
  return equal(result, wanted) ? undefined : `wanted ${identity(wanted)}, got ${identity(result)}`
}

function resultOf(query: string, session: ReturnType<typeof open>): Value | undefined {
  if (/^data(\.\w+)*$/.test(query)) return session.value(query.split('.'))
  const rows = session.answers(query).map(({ lines, bindings }): Value => {
    if (bindings.size > 0) return RegoObject.of(bindings)
    return lines.length === 1 ? (lines[0] as Value) : lines
  })
  return rows.length === 1 ? rows[0] : rows.length === 0 ? undefined : rows
}

/** YAML's maps keep their keys, which need not be texts. */
function decoded(json: unknown): Value {
  if (Array.isArray(json)) return json.map(decoded)
  if (!(json instanceof Map)) return fromJson(json)
  const [set, many, object] = ['set!', 'many!', 'object!'].map((name) => json.get(name) as unknown)
  if (Array.isArray(set)) return RegoSet.of(set.map(decoded))
  if (Array.isArray(many)) return many.map(decoded)
  if (Array.isArray(object))
    return RegoObject.of(object.map((entry: Map<string, unknown>) => [decoded(entry.get('key')), decoded(entry.get('value'))]))
  return RegoObject.of([...json].map(([key, value]) => [decoded(key), decoded(value)]))
}
