/** Every function that policies may call, and why some that they may expect are not there. */
import { aggregates } from './aggregates.ts'
import { Arguments, type Group } from './arguments.ts'
import { bits } from './bits.ts'
import { crypto } from './crypto.ts'
import { encodings } from './encodings.ts'
import { globs } from './globs.ts'
import { graphs } from './graphs.ts'
import { json } from './json.ts'
import { jsonPatch } from './json-patch.ts'
import { kinds } from './kinds.ts'
import { networks } from './networks.ts'
import { numbers } from './numbers.ts'
import { objects } from './objects.ts'
import { patterns } from './patterns.ts'
import { semver } from './semver.ts'
import { sprintf } from './sprintf.ts'
import { strings } from './strings.ts'
import { times } from './times.ts'
import type { Builtin } from './types.ts'
import { units } from './units.ts'

const groups: readonly Group[] = [
  aggregates,
  bits,
  crypto,
  encodings,
  globs,
  graphs,
  json,
  jsonPatch,
  kinds,
  networks,
  numbers,
  objects,
  patterns,
  semver,
  sprintf,
  strings,
  times,
  units,
]

export const builtins: ReadonlyMap<string, { arity: number; call: Builtin }> = new Map(
  groups.flatMap((group) =>
    Object.entries(group).map(([name, [arity, call]]) => {
      const builtin: Builtin = (args, context) => call(new Arguments(name, args), context)
      return [name, { arity, call: builtin }] as const
    }),
  ),
)

const outside = 'policies cannot reach anything outside of them'
const chance = 'the same plan must always give the same answer'
const missing = 'it is not offered here'

const absent: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'http.send': outside,
    'opa.runtime': outside,
    'net.lookup_ip_addr': outside,
    'providers.aws.sign_req': outside,
    'rand.intn': chance,
    'uuid.rfc4122': chance,
    'rego.parse_module': missing,
    'rego.metadata.rule': missing,
    'rego.metadata.chain': missing,
    'json.verify_schema': missing,
    'json.match_schema': missing,
    'strings.render_template': missing,
    'crypto.parse_private_keys': missing,
    'crypto.x509.parse_and_verify_certificates': missing,
    'crypto.x509.parse_and_verify_certificates_with_options': missing,
    'crypto.x509.parse_certificates': missing,
    'crypto.x509.parse_certificate_request': missing,
    'crypto.x509.parse_keypair': missing,
    'crypto.x509.parse_rsa_private_key': missing,
  }),
)

/** Of a function that OPA has and we do not, on purpose; undefined for one that nobody knows. */
export function whyAbsent(name: string): string | undefined {
  const reason = absent.get(name) ?? (/^(io\.jwt|graphql)\./.test(name) ? missing : undefined)
  return reason && `the function ${name} is not available: ${reason}`
}
