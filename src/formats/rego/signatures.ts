/** What functions take and give, as far as it is certain. Those that are not here take and give anything. */
import { type Shape, type Type, unionOf } from './types.ts'

const signatures: Readonly<Record<string, string>> = {
  abs: 'number -> number',
  all: 'array|set -> boolean',
  and: 'set set -> set',
  any: 'array|set -> boolean',
  'array.concat': 'array array -> array',
  'array.flatten': 'array -> array',
  'array.reverse': 'array -> array',
  'array.slice': 'array number number -> array',
  'base64.decode': 'string -> string',
  'base64.encode': 'string -> string',
  'base64.is_valid': 'string -> boolean',
  'base64url.decode': 'string -> string',
  'base64url.encode': 'string -> string',
  'base64url.encode_no_pad': 'string -> string',
  'bits.and': 'number number -> number',
  'bits.lsh': 'number number -> number',
  'bits.negate': 'number -> number',
  'bits.or': 'number number -> number',
  'bits.rsh': 'number number -> number',
  'bits.xor': 'number number -> number',
  cast_array: 'any -> array',
  cast_boolean: 'any -> boolean',
  cast_null: 'any -> null',
  cast_object: 'any -> object',
  cast_set: 'any -> set',
  cast_string: 'any -> string',
  ceil: 'number -> number',
  concat: 'string array<string>|set<string> -> string',
  contains: 'string string -> boolean',
  count: 'string|array|object|set -> number',
  'crypto.hmac.equal': 'string string -> boolean',
  'crypto.hmac.md5': 'string string -> string',
  'crypto.hmac.sha1': 'string string -> string',
  'crypto.hmac.sha256': 'string string -> string',
  'crypto.hmac.sha512': 'string string -> string',
  'crypto.md5': 'string -> string',
  'crypto.sha1': 'string -> string',
  'crypto.sha256': 'string -> string',
  div: 'number number -> number',
  endswith: 'string string -> boolean',
  floor: 'number -> number',
  format_int: 'number number -> string',
  'glob.match': 'string null|array<string> string -> boolean',
  'glob.quote_meta': 'string -> string',
  'graph.reachable': 'object array|set -> set',
  'graph.reachable_paths': 'object array|set -> set<array>',
  'hex.decode': 'string -> string',
  'hex.encode': 'string -> string',
  indexof: 'string string -> number',
  indexof_n: 'string string -> array<number>',
  intersection: 'set<set> -> set',
  'io.jwt.decode': 'string -> array',
  'json.filter': 'object array|set -> object',
  'json.is_valid': 'string -> boolean',
  'json.marshal': 'any -> string',
  'json.marshal_with_options': 'any object -> string',
  'json.patch': 'any array<object> -> any',
  'json.remove': 'object array|set -> object',
  'json.unmarshal': 'string -> any',
  lower: 'string -> string',
  max: 'array|set -> any',
  min: 'array|set -> any',
  minus: 'number|set number|set -> number|set',
  mul: 'number number -> number',
  'net.cidr_contains': 'string string -> boolean',
  'net.cidr_contains_matches': 'string|array|object|set string|array|object|set -> set<array>',
  'net.cidr_expand': 'string -> set<string>',
  'net.cidr_intersects': 'string string -> boolean',
  'net.cidr_is_valid': 'string -> boolean',
  'net.cidr_merge': 'array<string>|set<string> -> set<string>',
  'net.cidr_overlap': 'string string -> boolean',
  'numbers.range': 'number number -> array<number>',
  'numbers.range_step': 'number number number -> array<number>',
  'object.filter': 'object array|object|set -> object',
  'object.get': 'object any any -> any',
  'object.keys': 'object -> set',
  'object.remove': 'object array|object|set -> object',
  'object.subset': 'array|object|set array|object|set -> boolean',
  'object.union': 'object object -> object',
  'object.union_n': 'array<object> -> object',
  or: 'set set -> set',
  plus: 'number number -> number',
  product: 'array<number>|set<number> -> number',
  re_match: 'string string -> boolean',
  'regex.find_all_string_submatch_n': 'string string number -> array',
  'regex.find_n': 'string string number -> array<string>',
  'regex.globs_match': 'string string -> boolean',
  'regex.is_valid': 'string -> boolean',
  'regex.match': 'string string -> boolean',
  'regex.replace': 'string string string -> string',
  'regex.split': 'string string -> array<string>',
  'regex.template_match': 'string string string string -> boolean',
  rem: 'number number -> number',
  replace: 'string string string -> string',
  round: 'number -> number',
  'semver.compare': 'string string -> number',
  'semver.is_valid': 'any -> boolean',
  set_diff: 'set set -> set',
  sort: 'array|set -> array',
  split: 'string string -> array<string>',
  sprintf: 'string array -> string',
  startswith: 'string string -> boolean',
  'strings.any_prefix_match': 'string|array<string>|set<string> string|array<string>|set<string> -> boolean',
  'strings.any_suffix_match': 'string|array<string>|set<string> string|array<string>|set<string> -> boolean',
  'strings.count': 'string string -> number',
  'strings.replace_n': 'object string -> string',
  'strings.reverse': 'string -> string',
  substring: 'string number number -> string',
  sum: 'array<number>|set<number> -> number',
  'time.add_date': 'number number number number -> number',
  'time.clock': 'number|array -> array',
  'time.date': 'number|array -> array',
  'time.diff': 'number|array number|array -> array',
  'time.format': 'number|array -> string',
  'time.now_ns': '-> number',
  'time.parse_duration_ns': 'string -> number',
  'time.parse_ns': 'string string -> number',
  'time.parse_rfc3339_ns': 'string -> number',
  'time.weekday': 'number|array -> string',
  to_number: 'null|boolean|number|string -> number',
  trace: 'string -> boolean',
  trim: 'string string -> string',
  trim_left: 'string string -> string',
  trim_prefix: 'string string -> string',
  trim_right: 'string string -> string',
  trim_space: 'string -> string',
  trim_suffix: 'string string -> string',
  type_name: 'any -> string',
  union: 'set<set> -> set',
  'units.parse': 'string -> number',
  'units.parse_bytes': 'string -> number',
  upper: 'string -> string',
  'urlquery.decode': 'string -> string',
  'urlquery.decode_object': 'string -> object',
  'urlquery.encode': 'string -> string',
  'urlquery.encode_object': 'object -> string',
  'uuid.parse': 'string -> object',
  'yaml.is_valid': 'string -> boolean',
  'yaml.marshal': 'any -> string',
  'yaml.unmarshal': 'string -> any',
}

export interface Signature {
  args: readonly Type[]
  result: Type
}

const read = new Map<string, Signature>()

export function signatureOf(name: string): Signature | undefined {
  const text = Object.hasOwn(signatures, name) ? signatures[name] : undefined
  const known = read.get(name)
  if (known || text === undefined) return known
  const [args = '', result = ''] = text.split('->')
  const made = { args: args.split(' ').filter(Boolean).map(typeFrom), result: typeFrom(result.trim()) }
  read.set(name, made)
  return made
}

const typeFrom = (text: string): Type => (text === 'any' ? undefined : unionOf(text.split('|').map((one) => [shapeFrom(one)])))

function shapeFrom(text: string): Shape {
  const [, kind = text, inner] = /^(\w+)<(\w+)>$/.exec(text) ?? []
  const items = inner === undefined ? undefined : typeFrom(inner)
  switch (kind) {
    case 'array':
      return { kind, items, fixed: undefined }
    case 'set':
      return { kind, items }
    case 'object':
      return { kind, items, fixed: undefined }
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return { kind }
    default:
      throw new Error(`no kind of value: ${text}`)
  }
}
