/** Networks and addresses, of both versions of IP. */
import ipaddr from 'ipaddr.js'
import { isArray, RegoObject, RegoSet, type Value } from '../values.ts'
import type { Arguments, Group } from './arguments.ts'
import type { BuiltinContext } from './types.ts'

interface Network {
  bits: 32 | 128
  first: bigint
  last: bigint
}

export const networks: Group = {
  'net.cidr_contains': [
    2,
    (args) => {
      const [outer, inner] = [network(args, args.value(0)), place(args, args.value(1))]
      return contains(outer, inner)
    },
  ],
  'net.cidr_contains_matches': [2, (args, context) => matches(args, context)],
  'net.cidr_intersects': [2, (args) => intersect(network(args, args.value(0)), network(args, args.value(1)))],
  'net.cidr_overlap': [2, (args) => contains(network(args, args.value(0)), place(args, args.value(1)))],
  'net.cidr_is_valid': [1, (args) => args.is(0, 'string') && readNetwork(args.text(0)) !== undefined],
  'net.cidr_expand': [
    1,
    (args, context) => {
      const { bits, first, last } = network(args, args.value(0))
      context.step(Number(last - first) + 1)
      return RegoSet.of(Array.from({ length: Number(last - first) + 1 }, (_, index) => textOf(bits, first + BigInt(index))))
    },
  ],
  'net.cidr_merge': [
    1,
    (args, context) => {
      const found = args.items(0).map((item) => place(args, item))
      context.step(found.length * 4)
      return RegoSet.of(
        ([32, 128] as const).flatMap((bits) =>
          merged(
            bits,
            found.filter((one) => one.bits === bits),
            context,
          ),
        ),
      )
    },
  ],
}

const contains = (outer: Network, inner: Network): boolean =>
  outer.bits === inner.bits && outer.first <= inner.first && inner.last <= outer.last

const intersect = (a: Network, b: Network): boolean => a.bits === b.bits && a.first <= b.last && b.first <= a.last

function network(args: Arguments, value: Value): Network {
  return (typeof value === 'string' ? readNetwork(value) : undefined) ?? args.fail('expects a network such as "10.0.0.0/8"', value)
}

/** A network, or one address. */
function place(args: Arguments, value: Value): Network {
  if (typeof value !== 'string') return args.fail('expects an address or a network', value)
  return readNetwork(value) ?? readAddress(value) ?? args.fail('expects an address or a network', value)
}

function readAddress(text: string): Network | undefined {
  if (text.length > 64 || text.includes('%')) return undefined
  const [valid, bits] = text.includes(':')
    ? [ipaddr.IPv6.isValid(text), 128 as const]
    : [ipaddr.IPv4.isValidFourPartDecimal(text), 32 as const]
  if (!valid) return undefined
  const number = ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return { bits, first: number, last: number }
}

function readNetwork(text: string): Network | undefined {
  const [, address = '', length = ''] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? []
  const found = readAddress(address)
  if (!found || Number(length) > found.bits) return undefined
  const size = 1n << BigInt(found.bits - Number(length))
  const first = found.first - (found.first % size)
  return { bits: found.bits, first, last: first + size - 1n }
}

function textOf(bits: 32 | 128, number: bigint): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) => Number((number >> BigInt(bits - 8 * (index + 1))) & 255n))
  return ipaddr.fromByteArray(bytes).toString()
}

/** Pairs of keys: the first contains the second. */
function matches(args: Arguments, context: BuiltinContext): RegoSet {
  const read = (at: number, one: (args: Arguments, value: Value) => Network) =>
    keyed(args, at).map(([key, value]) => [key, one(args, isArray(value) ? (value[0] ?? null) : value)] as const)
  const [outer, inner] = [read(0, network), read(1, place)]
  context.step(outer.length * inner.length + 1)
  return RegoSet.of(outer.flatMap(([a, around]) => inner.flatMap(([b, within]) => (contains(around, within) ? [[a, b]] : []))))
}

function keyed(args: Arguments, at: number): (readonly [Value, Value])[] {
  const value = args.value(at)
  if (typeof value === 'string') return [[value, value]]
  if (value instanceof RegoObject) return [...value.entries()]
  if (value instanceof RegoSet) return value.values().map((item) => [item, item])
  return args.list(at).map((item, index) => [index, item])
}

/** As few networks as cover exactly the same addresses. */
function merged(bits: 32 | 128, all: readonly Network[], context: BuiltinContext): string[] {
  const ranges: { first: bigint; last: bigint }[] = []
  for (const { first, last } of [...all].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const before = ranges.at(-1)
    if (before && first <= before.last + 1n) before.last = last > before.last ? last : before.last
    else ranges.push({ first, last })
  }
  return ranges.flatMap(({ first, last }) => {
    const texts: string[] = []
    for (let from = first; from <= last; ) {
      context.step(1)
      let length = bits
      while (length > 0) {
        const size = 1n << BigInt(bits - length + 1)
        if (from % size !== 0n || from + size - 1n > last) break
        length = (length - 1) as typeof bits
      }
      texts.push(`${textOf(bits, from)}/${length}`)
      from += 1n << BigInt(bits - length)
    }
    return texts
  })
}
