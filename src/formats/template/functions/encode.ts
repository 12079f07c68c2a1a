import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { type FunctionTable, fail, fn } from './function.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

const toBase32 = (bytes: Uint8Array): string => {
  const groups: string[] = []
  for (let at = 0; at < bytes.length; at += 5) {
    let bits = 0n
    const size = Math.min(5, bytes.length - at)
    for (let place = 0; place < 5; place++) bits = (bits << 8n) | BigInt(bytes[at + place] ?? 0)
    const letters = Array.from({ length: 8 }, (_, place) => alphabet.charAt(Number((bits >> BigInt(35 - 5 * place)) & 31n)))
    groups.push(
      letters
        .slice(0, Math.ceil((size * 8) / 5))
        .join('')
        .padEnd(8, '='),
    )
  }
  return groups.join('')
}

const fromBase32 = (text: string): string => {
  if (!/^(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?$/.test(text))
    return fail('the text is not base 32')
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const letter of text.replace(/=+$/, '')) {
    bits = ((bits << 5) | alphabet.indexOf(letter)) & 0xfff
    count += 5
    if (count >= 8) {
      count -= 8
      bytes.push((bits >> count) & 0xff)
    }
  }
  return Buffer.from(bytes).toString()
}

const fromBase64 = (text: string): string => {
  const clean = text.replace(/[\r\n]/g, '')
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return fail('the text is not base 64')
  return Buffer.from(clean, 'base64').toString()
}

const adler32 = (bytes: Uint8Array): number => {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return b * 65536 + a
}

/** A function of one text whose result costs this many times the text. */
const ofText = (factor: number, run: (text: string) => string) =>
  fn(1, 1, (args, { budget }) => {
    budget.spend((args.text(0).length * factor) / 16)
    const result = run(args.text(0))
    budget.string(result.length)
    return result
  })

const digest = (algorithm: string) => ofText(1, (text) => createHash(algorithm).update(text).digest('hex'))

const clean = (path: string): string => posix.normalize(path).replace(/(.)\/$/, '$1')

/** The last element as Go has it: '.' for nothing, '/' for the root. */
const base = (path: string): string => (path === '' ? '.' : posix.basename(path) || '/')

const extension = (path: string): string => /\.[^./]*$/.exec(path)?.[0] ?? ''

const paths = {
  base: ofText(1, base),
  dir: ofText(1, (path) => clean(path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '.')),
  clean: ofText(1, clean),
  ext: ofText(1, extension),
  isAbs: fn(1, 1, (args) => args.text(0).startsWith('/')),
}

/** Encodings, checksums and paths. */
export const encodeFunctions = {
  b64enc: ofText(2, (text) => Buffer.from(text).toString('base64')),
  b64dec: ofText(1, fromBase64),
  b32enc: ofText(8, (text) => toBase32(Buffer.from(text))),
  b32dec: ofText(4, fromBase32),
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
  adler32sum: ofText(2, (text) => String(adler32(Buffer.from(text)))),
  ...paths,
  osBase: paths.base,
  osDir: paths.dir,
  osClean: paths.clean,
  osExt: paths.ext,
  osIsAbs: paths.isAbs,
} satisfies FunctionTable
