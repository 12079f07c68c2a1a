/** The sentences of the console: both languages say everything, and no sentence stands in code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const root = new URL('../../console/src/', import.meta.url).pathname
const namespaces = ['common', ...readdirSync(`${root}features`).filter((name) => existsSync(`${root}features/${name}/messages`))]
const fileOf = (namespace: string, language: string) =>
  namespace === 'common' ? `${root}i18n/messages/${language}.json` : `${root}features/${namespace}/messages/${language}.json`
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|routeTree\.gen\.ts$|\.d\.ts$|test-setup/.test(path))
  .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }))

describe('The sentences of the console', () => {
  test.each(namespaces)('say the same in English and in French: %s', (namespace) => {
    const [english, french] = [messagesOf(namespace, 'en'), messagesOf(namespace, 'fr')]
    expect([...french.keys()].sort()).toEqual([...english.keys()].sort())
    const filled = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map(([, name]) => name).sort()
    // One thing may be called "the last one" in one language and "1" in the other.
    const said = (key: string, text: string) => filled(text).filter((name) => name !== 'count' || !key.endsWith('_one'))
    for (const [key, text] of english) expect(said(key, french.get(key) ?? ''), key).toEqual(said(key, text))
    for (const [key, text] of [...english, ...french]) expect(text.trim(), key).not.toBe('')
  })

  test.each(namespaces)('are French as it is written: %s', (namespace) => {
    const wrong = [...messagesOf(namespace, 'fr')].filter(([, text]) =>
      /\w'\w|[^\s\u00a0\u202f] *(?<![\u00a0\u202f])[;:!?](?=\s|$)|\w "\w/.test(text.replace(/{{.*?}}/g, 'x')),
    )
    expect(wrong.map(([key, text]) => `${key}: ${text}`)).toEqual([])
  })

  test('are all used, and none is missing', () => {
    const all = new Set(
      namespaces.flatMap((namespace) => [...messagesOf(namespace, 'en').keys()].map((key) => `${namespace}:${withoutPlural(key)}`)),
    )
    const used = new Set<string>()
    const missing: string[] = []
    for (const { path, text } of sources)
      for (const asked of keysIn(path, text)) {
        const found = [...all].filter((key) =>
          asked.namespaces.some((namespace) => asked.pattern.test(key) && key.startsWith(`${namespace}:`)),
        )
        for (const key of found) used.add(key)
        if (found.length === 0 && asked.sure) missing.push(`${path}: ${asked.text}`)
      }
    expect(missing, 'asked for, but nowhere').toEqual([])
    // Keys that are put together elsewhere stand in code as the words they are made of.
    const words = sources.map(({ text }) => text).join('\n')
    const unused = [...all].filter((key) => !used.has(key) && !words.includes(`'${key.slice(key.indexOf(':') + 1)}'`))
    expect(unused, 'there, but asked for nowhere').toEqual([])
  })

  test('stand in no code: neither between tags nor in what is read aloud or shown beside', () => {
    const found = sources
      .filter(({ path }) => path.endsWith('.tsx'))
      .flatMap(({ path, text }) => sentencesIn(path, text).map((sentence) => `${path}: ${sentence}`))
    expect(found).toEqual([])
  })
})

function messagesOf(namespace: string, language: string): Map<string, string> {
  const path = fileOf(namespace, language)
  expect(existsSync(path), path).toBe(true)
  const found = new Map<string, string>()
  const walk = (value: unknown, key: string) => {
    if (typeof value === 'string') found.set(key, value)
    else for (const [name, inner] of Object.entries(value as object)) walk(inner, key === '' ? name : `${key}.${name}`)
  }
  walk(JSON.parse(readFileSync(path, 'utf8')), '')
  return found
}

const withoutPlural = (key: string): string => key.replace(/_(?:zero|one|two|few|many|other)$/, '')

interface AskedKey {
  text: string
  namespaces: string[]
  pattern: RegExp
  /** The first argument of `t` is written out, as far as it is. */
  sure: boolean
}

/** What `t('…')`, `t(cond ? 'a' : 'b')` and ``t(`a.${x}`)`` ask for, in the namespaces that the file opens. */
function keysIn(path: string, text: string): AskedKey[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
  const opened = new Set(['common'])
  const asked: AskedKey[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === 'useTranslation') for (const name of wordsOf(node)) opened.add(name)
    if (ts.isCallExpression(node) && node.arguments[0] && /(?:^|\.)t$|^t[A-Z]\w*$|^translate$/.test(node.expression.getText(file)))
      for (const key of texts(node.arguments[0], file)) {
        const [namespace, rest] = key.includes(':') && !key.startsWith('*') ? (key.split(/:(.*)/s) as [string, string]) : [undefined, key]
        const pattern = new RegExp(`:${rest.split('\u0000').map(escaped).join('[^:]+')}$`)
        asked.push({ text: key.replaceAll('\u0000', '…'), namespaces: namespace ? [namespace] : namespacesOf(opened), pattern, sure: true })
      }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return asked
}

/** A file without useTranslation is handed its `t`: then any namespace may be meant. */
const namespacesOf = (opened: Set<string>): string[] => (opened.size > 1 ? [...opened] : namespaces)
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function wordsOf(node: ts.Node): string[] {
  const found: string[] = []
  const visit = (inner: ts.Node): void => {
    if (ts.isStringLiteralLike(inner)) found.push(inner.text)
    ts.forEachChild(inner, visit)
  }
  ts.forEachChild(node, visit)
  return found
}

/** The ways a key can be: both sides of `? :` and `??`, templates with a hole for what is put in. */
function texts(node: ts.Expression, file: ts.SourceFile): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue, file), ...texts(node.whenFalse, file)]
  if (ts.isTemplateExpression(node)) return [node.head.text + node.templateSpans.map(({ literal }) => `\u0000${literal.text}`).join('')]
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return texts(node.expression, file)
  if (ts.isBinaryExpression(node)) return [...texts(node.left, file), ...texts(node.right, file)]
  return []
}

const spoken =
  /^(?:title|label|placeholder|description|alt|aria-label|aria-description|aria-roledescription|aria-valuetext|nothingFoundMessage|legend|tooltip)$/

/** Names of things that are called the same in every language. */
const names =
  /^(?:Trochoid|GitHub|GitLab|Bitbucket|Google|Azure(?: AD)?|AWS|GCP|OpenID Connect|OAuth|SAML|YAML|HCL|JSON|Rego|CSV|API|URL|ID|SHA|KPI|px|kWh|kg|CO₂e?|CO2e?|https?:.*)$/

/** What somebody might type, where it is the same in every language: `tags.env`. */
const isExample = (node: ts.JsxAttribute, file: ts.SourceFile): boolean =>
  node.name.getText(file) === 'placeholder' &&
  node.initializer !== undefined &&
  ts.isStringLiteral(node.initializer) &&
  /^[\w.:*/#@-]+$/.test(node.initializer.text)

function sentencesIn(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const found: string[] = []
  const keep = (sentence: string) => {
    const plain = sentence.trim()
    if (/\p{L}{2}/u.test(plain) && !names.test(plain)) found.push(plain)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) keep(node.text)
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression) && !ts.isJsxAttribute(node.parent))
      keep(node.expression.text)
    if (ts.isJsxAttribute(node) && spoken.test(node.name.getText(file)) && node.initializer && !isExample(node, file)) {
      if (ts.isStringLiteral(node.initializer)) keep(node.initializer.text)
      else if (ts.isJsxExpression(node.initializer) && node.initializer.expression && ts.isStringLiteralLike(node.initializer.expression))
        keep(node.initializer.expression.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
