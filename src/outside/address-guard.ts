/**
 * Which machines tenants may make us talk to: those of the public internet, and those on private networks that the
 * operator names. Whoever connects has to use an address that came from here: a name may resolve to another one a moment later.
 */
import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** `message` is the same for a private network and for a name that nobody knows, so that it maps no network. */
export class AddressRefused extends Error {
  constructor(host: string) {
    super(
      `The host ${shown(host)} cannot be used: either its name is unknown, or it is on a network that this platform does not connect to. ` +
        'Check the spelling; an operator can allow hosts on private networks',
    )
    this.name = 'AddressRefused'
  }
}

export interface AddressGuard {
  /**
   * Addresses of a host, every one of them checked, version 4 first. Takes names, IPv4 in any form that a resolver would
   * accept (`0x7f.1`), IPv6 with and without brackets. @throws AddressRefused
   */
  resolve(host: string): Promise<string[]>
}

export interface AddressGuardOptions {
  /** Host names, addresses and networks (`10.1.0.0/16`) that may be reached although they are private. */
  readonly allowed: readonly string[]
  /** For tests. What cannot be resolved is an empty list or an error. */
  readonly lookup?: (host: string) => Promise<readonly string[]>
}

/** @throws Error that names entries of `allowed` that are neither a host, an address nor a network */
export function openAddressGuard({ allowed, lookup: given }: AddressGuardOptions): AddressGuard {
  const names = new Set<string>()
  const networks: Network[] = []
  const wrong: string[] = []
  for (const entry of allowed) {
    const network = networkOf(entry)
    if (network) networks.push(network)
    else if (hostName.test(plain(entry)) && !looksNumeric(plain(entry))) names.add(plain(entry))
    else wrong.push(entry)
  }
  if (wrong.length > 0) throw new Error(`Neither a host name, an address nor a network such as 10.1.0.0/16: ${wrong.join(', ')}`)

  const addressesOf = async (host: string, isNamed: boolean): Promise<readonly string[]> => {
    if (isIP(host)) return [host]
    if (given) return given(host)
    // getaddrinfo holds a thread of the few that files need too, as long as a hostile name server likes: only for names
    // that the operator wrote down, and single labels, which hosts files and search domains are for.
    return isNamed || !host.includes('.') ? byThisMachine(host) : byNameServer(host)
  }

  return {
    async resolve(host) {
      const canonical = canonicalHost(host)
      if (canonical === undefined) throw new AddressRefused(host)
      const isNamed = names.has(canonical)
      const found = await addressesOf(canonical, isNamed).catch(() => [])
      const isFine = (address: string) => isIP(address) > 0 && (isNamed || isPublic(address) || isIn(networks, address))
      if (found.length === 0 || !found.every(isFine)) throw new AddressRefused(host)
      return [...new Set(found)].sort((a, b) => isIP(a) - isIP(b))
    },
  }
}

type Network = [base: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

const hostName = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/
const seconds = 5
const plain = (host: string) => host.trim().toLowerCase().replace(/\.$/, '')
/** Resolvers read names whose last label is a number as IPv4. */
const looksNumeric = (host: string) => /(^|\.)(\d+|0x[0-9a-f]*)$/.test(host)
const shown = (host: string) => host.replace(/[^\w.:[\]-]/g, '?').slice(0, 253)

/** `0x7f.1` and `2130706433` become 127.0.0.1, as they would for whoever connects. Undefined for what is no host. */
function canonicalHost(host: string): string | undefined {
  const bare = plain(host).replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare)) return bare
  if (/[^\p{L}\p{N}._-]/u.test(bare)) return undefined
  const url = `http://${bare}/`
  if (!URL.canParse(url)) return undefined
  const { hostname } = new URL(url)
  return hostName.test(hostname) && hostname.length <= 253 ? hostname : undefined
}

function networkOf(entry: string): Network | undefined {
  const [address = '', bits, ...more] = plain(entry).split('/')
  const bare = address.replace(/^\[(.*)\]$/, '$1')
  if (!isIP(bare) || more.length > 0) return undefined
  const base = ipaddr.process(bare)
  const longest = base.kind() === 'ipv4' ? 32 : 128
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= longest)) return undefined
  return [base, bits === undefined ? longest : Number(bits)]
}

function isIn(networks: readonly Network[], address: string): boolean {
  const parsed = ipaddr.process(withoutZone(address))
  return networks.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits))
}

/** Global unicast alone. Of the forms that carry an IPv4 address only NAT64 is in use, and is as good as what it carries. */
function isPublic(address: string): boolean {
  if (address.includes('%')) return false
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast' && !clouds.has(parsed.toString())
  const bytes = parsed.toByteArray()
  if (parsed.range() === 'rfc6052') return isPublic(bytes.slice(12).join('.'))
  return parsed.range() === 'unicast' && ((bytes[0] ?? 0) & 0xe0) === 0x20
}

/** Looks public, but is the machine's own host: where Azure hands out settings and secrets of its machines. */
const clouds: ReadonlySet<string> = new Set(['168.63.129.16'])

const withoutZone = (address: string) => address.replace(/%.*$/, '')

async function byThisMachine(host: string): Promise<string[]> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, seconds * 1000, new Error('no answer')).unref())
  return (await Promise.race([lookup(host, { all: true, verbatim: true }), late])).map(({ address }) => address)
}

async function byNameServer(host: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: (seconds * 1000) / 2, tries: 2 })
  const both = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  return both.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}
