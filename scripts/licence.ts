/** `npm run licence -- <command>`: makes licence keys, and the key pairs that sign them. Needs no database. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { licenceSigners } from '../src/domains/billing/licence-keys.ts'
import {
  dayOf,
  type LicenceClaims,
  licenceParty,
  licenceVersion,
  mostSeats,
  readLicence,
  signerOf,
} from '../src/domains/billing/licence-token.ts'
import { ApiError } from '../src/errors.ts'

const usage = `npm run licence -- <command>

  issue --company <name> --email <address> --members <seats> --expires <YYYY-MM-DD> (--development | --key <file>)
                  print a licence key; --development signs with the key in the repository, which only installations with
                  LICENCE_DEVELOPMENT=true accept, --key with a release key
  new-key         print a new release key, and the line that makes the product accept it
  show <licence>  check a licence key, and print what it says

With \`npm run -s licence\` nothing but the result goes to the output, so that it can go to a file.`

/** The result is for programs and files; everything else is for the person. */
const print = (line: string) => console.log(line)
const tell = (line: string) => console.error(line)

/** What the caller did wrong. */
class Mistake extends Error {}

const commands: Record<string, (rest: string[]) => Promise<void>> = { issue, 'new-key': newKey, show }

interface PrivateKey {
  kid: string
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  d: string
}

async function issue(rest: string[]): Promise<void> {
  const { values } = parseArgs({
    args: rest,
    options: {
      company: { type: 'string' },
      email: { type: 'string' },
      members: { type: 'string' },
      expires: { type: 'string' },
      development: { type: 'boolean', default: false },
      key: { type: 'string' },
    },
  })
  const needed = ['company', 'email', 'members', 'expires'] as const
  const missing = needed.filter((name) => !values[name]?.trim())
  if (missing.length > 0) throw new Mistake(`still needed: ${missing.map((name) => `--${name}`).join(', ')}`)
  const [company = '', email = '', members = '', expires = ''] = needed.map((name) => values[name]?.trim())
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new Mistake(`--email must be an address, not "${email}"`)
  if (!/^\d{1,9}$/.test(members) || Number(members) < 1 || Number(members) > mostSeats)
    throw new Mistake(`--members must be a number of seats from 1 to ${mostSeats}, not "${members}"`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(expires) || Number.isNaN(new Date(expires).getTime()) || dayOf(new Date(expires)) !== expires)
    throw new Mistake(`--expires must be a day, written as YYYY-MM-DD, not "${expires}"`)
  if (Date.parse(`${expires}T23:59:59Z`) < Date.now()) throw new Mistake(`--expires is over already: ${expires}`)
  if (values.development === (values.key !== undefined)) throw new Mistake('say either --development or --key <file>')

  const key = values.key === undefined ? readKey(developmentKey) : readKey(values.key)
  assertKnown(key)
  const licence = await new SignJWT({
    company_name: company,
    email_address: email,
    members_count: Number(members),
    expires_at: expires,
    version: licenceVersion,
    on_prem: true,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
    .setIssuer(licenceParty)
    .setAudience(licenceParty)
    .setJti(randomUUID())
    .setIssuedAt()
    .sign(await importJWK({ ...key }, 'EdDSA'))
  // As the product will read it: whoever bought the licence must not be the first to try it.
  tell(describe(await readLicence(licence, { developmentLicences: true })))
  print(licence)
}

async function newKey(rest: string[]): Promise<void> {
  if (rest.length > 0) throw new Mistake('new-key takes nothing else')
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const { kty, crv, x = '', d = '' } = await exportJWK(privateKey)
  const kid = `release-${(await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })).slice(0, 8)}`
  print(JSON.stringify({ kid, kty, crv, x, d }, null, 2))
  tell(`
The private half is kept nowhere: put it where only those get at it who issue licences, and never into the repository. Whoever
has it can make licences. To bring the key in, add this line to src/domains/billing/licence-keys.ts, and release:

  { kid: '${kid}', publicKey: '${x}', development: false },

A version accepts the keys that it was released with: leave the lines of older keys as long as their licences are in use.`)
}

async function show(rest: string[]): Promise<void> {
  const [text] = rest
  if (text === undefined || rest.length > 1) throw new Mistake('show takes one licence key')
  // Also one that is over may be looked at.
  const licence = await readLicence(text, { developmentLicences: true }, 0)
  const { iat = 0 } = decodeJwt(text.trim())
  const { kid, development } = signerOf(text.trim())
  print(`${describe(licence)}
Issued on ${dayOf(new Date(iat * 1000))} with the number ${licence.jti}, format ${licence.version}, signed by ${kid}.
${development ? 'For development: only installations with LICENCE_DEVELOPMENT=true accept it.' : 'Every installation accepts it.'}`)
  if (licence.expires_at.getTime() > Date.now()) return
  tell('It has expired.')
  process.exitCode = 1
}

const describe = ({ company_name, email_address, members_count, expires_at }: LicenceClaims) =>
  `${company_name} <${email_address}>: ${members_count} ${members_count === 1 ? 'seat' : 'seats'} until the end of ${dayOf(expires_at)} (UTC)`

const developmentKey = new URL('licence-development-key.json', import.meta.url)

/** @param file a path, or an address of ours */
function readKey(file: string | URL): PrivateKey {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Mistake(`the key ${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  const key = parsed(text)
  if (!isPrivateKey(key)) throw new Mistake(`${file} holds no key that \`npm run licence -- new-key\` printed`)
  return key
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPrivateKey(key: unknown): key is PrivateKey {
  if (typeof key !== 'object' || key === null) return false
  const { kid, kty, crv, x, d } = key as Partial<Record<string, unknown>>
  return typeof kid === 'string' && kty === 'OKP' && crv === 'Ed25519' && is32Bytes(x) && is32Bytes(d)
}

const is32Bytes = (value: unknown) => typeof value === 'string' && /^[\w-]{43}$/.test(value)

/** No installation would take what this key signs. */
function assertKnown({ kid, x }: PrivateKey): void {
  const signer = licenceSigners.find((candidate) => candidate.kid === kid)
  if (!signer)
    throw new Mistake(
      `this version of the product does not know the key ${kid}: add its public half to src/domains/billing/licence-keys.ts`,
    )
  if (signer.publicKey !== x) throw new Mistake(`the key ${kid} is not the one whose public half is in src/domains/billing/licence-keys.ts`)
}

const [name = '', ...rest] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
try {
  if (command) await command(rest)
  else {
    tell(usage)
    process.exitCode = 2
  }
} catch (error) {
  const { code } = error as { code?: unknown }
  const careless = error instanceof Mistake || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'))
  if (!(error instanceof Error) || !(careless || error instanceof ApiError)) throw error
  tell(`${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}${careless ? `\n\n${usage}` : ''}`)
  process.exitCode = careless ? 2 : 1
}
