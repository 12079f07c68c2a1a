/** Hashes, as hexadecimal text. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type Group, payText } from './arguments.ts'

const hash = (algorithm: string): Group[string] => [
  1,
  (args, context) => {
    payText(context, args.text(0).length)
    return createHash(algorithm).update(args.text(0), 'utf8').digest('hex')
  },
]

const hmac = (algorithm: string): Group[string] => [
  2,
  (args, context) => {
    payText(context, args.text(0).length + args.text(1).length)
    return createHmac(algorithm, args.text(1)).update(args.text(0), 'utf8').digest('hex')
  },
]

export const crypto: Group = {
  'crypto.md5': hash('md5'),
  'crypto.sha1': hash('sha1'),
  'crypto.sha256': hash('sha256'),
  'crypto.hmac.md5': hmac('md5'),
  'crypto.hmac.sha1': hmac('sha1'),
  'crypto.hmac.sha256': hmac('sha256'),
  'crypto.hmac.sha512': hmac('sha512'),
  'crypto.hmac.equal': [
    2,
    (args) => {
      const [one, other] = [Buffer.from(args.text(0)), Buffer.from(args.text(1))]
      return one.length === other.length && timingSafeEqual(one, other)
    },
  ],
}
