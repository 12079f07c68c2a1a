/** Values in other people's notations. */
import { parse, parseDocument, stringify } from 'yaml'
import { fromJson, isArray, RegoObject, RegoSet, toJson, type Value } from '../values.ts'
import { type Arguments, type Group, payText, payValue } from './arguments.ts'
import type { BuiltinContext } from './types.ts'

const ofText = (answer: (text: string, args: Arguments) => Value): Group[string] => [
  1,
  (args, context) => {
    payText(context, args.text(0).length * 2)
    return answer(args.text(0), args)
  },
]

export const encodings: Group = {
  'base64.encode': ofText((text) => Buffer.from(text).toString('base64')),
  'base64.decode': ofText((text, args) => bytesOf(text, standard, args).toString('utf8')),
  'base64.is_valid': ofText((text) => standard.test(text)),
  'base64url.encode': ofText((text) => Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')),
  'base64url.encode_no_pad': ofText((text) => Buffer.from(text).toString('base64url')),
  'base64url.decode': ofText((text, args) => bytesOf(text, urlSafe, args).toString('utf8')),
  'hex.encode': ofText((text) => Buffer.from(text).toString('hex')),
  'hex.decode': ofText((text, args) =>
    /^([\da-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex').toString('utf8') : args.fail('expects hexadecimal text', text),
  ),

  'urlquery.encode': ofText(queryText),
  'urlquery.decode': ofText((text, args) => decoded(text) ?? args.fail('expects an encoded text', text)),
  'urlquery.encode_object': [
    1,
    (args, context) => {
      payValue(context, args.object(0))
      return [...args.object(0).entries()]
        .flatMap(([key, value]) => {
          if (typeof key !== 'string') return args.fail('expects an object of strings', key)
          return textsOf(value, args).map((item) => `${queryText(key)}=${queryText(item)}`)
        })
        .join('&')
    },
  ],
  'urlquery.decode_object': ofText((text, args) => {
    const found = new Map<string, string[]>()
    for (const pair of text.split('&').filter((part) => part !== '')) {
      const [key, ...rest] = pair.split('=').map((part) => decoded(part) ?? args.fail('expects an encoded query', text))
      found.set(key ?? '', [...(found.get(key ?? '') ?? []), rest.join('=')])
    }
    return RegoObject.of(found)
  }),

  'yaml.marshal': [
    1,
    (args, context) => {
      payValue(context, args.value(0))
      const text = stringify(toJson(args.value(0)), { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false })
      payText(context, text.length)
      return text
    },
  ],
  'yaml.unmarshal': ofYaml((text, args) => {
    try {
      return fromJson(parse(text, { maxAliasCount: 100, merge: true, logLevel: 'silent' }) ?? null)
    } catch {
      return args.fail('expects YAML text', text)
    }
  }),
  'yaml.is_valid': [
    1,
    (args, context) => {
      const text = args.value(0)
      if (typeof text !== 'string' || tooDeep(text)) return false
      context.step(text.length)
      return parseDocument(text, { logLevel: 'silent' }).errors.length === 0
    },
  ],

  'uuid.parse': [1, (args) => uuid(args.text(0))],
  'io.jwt.decode': ofText((text, args) => {
    const parts = text.split('.')
    if (parts.length !== 3) return args.fail('expects a token of three parts')
    const [header, payload] = parts.slice(0, 2).map((part) => {
      try {
        const json: unknown = JSON.parse(bytesOf(part, urlSafe, args).toString('utf8'))
        return typeof json === 'object' && json !== null && !Array.isArray(json) ? fromJson(json) : null
      } catch {
        return null
      }
    })
    if (!header || !payload) return args.fail('expects a token whose header and payload are JSON')
    return [header, payload, bytesOf(parts[2] ?? '', urlSafe, args).toString('hex')]
  }),
}

const standard = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/
const urlSafe = /^[\w-]*={0,2}$/

function bytesOf(text: string, shape: RegExp, args: Arguments): Buffer {
  const unbroken = text.replace(/[\r\n]/g, '')
  if (!shape.test(unbroken)) return args.fail('expects base64 text', text)
  return Buffer.from(unbroken, 'base64')
}

/** YAML costs more to read, and its nesting cannot be counted before. */
function ofYaml(answer: (text: string, args: Arguments) => Value): Group[string] {
  return [
    1,
    (args, context: BuiltinContext) => {
      const text = args.text(0)
      context.step(text.length)
      if (tooDeep(text)) return args.fail(`expects YAML that is nested less than ${deepestYaml} levels deep`)
      return answer(text, args)
    },
  ]
}

/** How deep it may be at most: brackets, and what one line can open. */
function tooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1)
    if (depth > deepestYaml) return true
  }
  return /(?:^|\n) {400}|(?:- ){200}/.test(text)
}

/** The reader of YAML is recursive. */
const deepestYaml = 200

function textsOf(value: Value, args: Arguments): readonly string[] {
  const items = value instanceof RegoSet ? value.values() : isArray(value) ? value : [value]
  return items.map((item) => (typeof item === 'string' ? item : args.fail('expects an object of strings, or of lists of them', item)))
}

function queryText(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

const variants: Readonly<Record<string, string>> = { '0': 'NCS', '8': 'RFC4122', c: 'Microsoft', e: 'Future' }

/** Undefined for what is none. Of those made from the time it tells the time too. */
function uuid(text: string): Value | undefined {
  const hex = /^(?:urn:uuid:|\{)?([\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12})\}?$/i
    .exec(text)?.[1]
    ?.replaceAll('-', '')
    .toLowerCase()
  if (!hex) return undefined
  const [version, high] = [Number.parseInt(hex[12] ?? '0', 16), Number.parseInt(hex[16] ?? '0', 16)]
  const variant = variants[high < 8 ? '0' : high < 12 ? '8' : high < 14 ? 'c' : 'e'] ?? ''
  const entries: [string, Value][] = [
    ['version', version],
    ['variant', variant],
  ]
  if (version === 1 || version === 2) {
    const since1582 = BigInt(`0x${hex.slice(13, 16)}${hex.slice(8, 12)}${version === 2 ? '00000000' : hex.slice(0, 8)}`)
    const nanoseconds = BigInt.asIntN(64, (since1582 - 122_192_928_000_000_000n) * 100n)
    entries.push(['time', fromJson(nanoseconds)])
    entries.push(['nodeid', (hex.slice(20).match(/../g) ?? []).join('-')])
    entries.push(['macvariables', macVariables(Number.parseInt(hex.slice(20, 22), 16))])
    entries.push(['clocksequence', Number.parseInt(hex.slice(16, 20), 16) & 0x3fff])
    if (version === 2) {
      entries.push(['id', Number.parseInt(hex.slice(0, 8), 16)])
      entries.push([
        'domain',
        ['Person', 'Group', 'Org'][Number.parseInt(hex.slice(18, 20), 16)] ?? `Domain${Number.parseInt(hex.slice(18, 20), 16)}`,
      ])
    }
  }
  return RegoObject.of(entries)
}

const macVariables = (first: number): string => `${(first & 2) === 0 ? 'global' : 'local'}:${(first & 1) === 0 ? 'unicast' : 'multicast'}`
