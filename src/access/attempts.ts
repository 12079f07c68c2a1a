/** How often secrets may be guessed: one table for all endpoints that take one, counted by rate-limit.ts. */
import { isIPv6 } from 'node:net'
import type { Platform } from '../platform.ts'
import { giveBackAttempt, type Limit, takeAttempt } from './rate-limit.ts'

type Budget = Omit<Limit, 'name'>

const minutes = (count: number) => count * 60

/**
 * `account` is whatever the guess is about: a name, an address, the row that a token names. It is counted as it was given,
 * whether or not there is such an account. `address` is where the caller comes from; offices share one, so it may do more.
 */
export const budgets = {
  login: { account: { attempts: 10, seconds: minutes(5) }, address: { attempts: 100, seconds: minutes(5) } },
  /** The present password, asked for when it is changed. */
  password: { account: { attempts: 10, seconds: minutes(5) }, address: { attempts: 100, seconds: minutes(5) } },
  signUp: { account: { attempts: 10, seconds: minutes(5) }, address: { attempts: 100, seconds: minutes(5) } },
  invitation: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 60, seconds: minutes(5) } },
  verification: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 60, seconds: minutes(5) } },
  reset: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 60, seconds: minutes(5) } },
  /** Six digits, of which three are right at any moment: a person who mistypes needs few. Who gets here knows the password already. */
  secondFactor: { account: { attempts: 10, seconds: minutes(15) }, address: { attempts: 100, seconds: minutes(5) } },
  mailedLink: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 60, seconds: minutes(5) } },
  /** Nothing to guess in a signature; this bounds what anybody can make us keep and compute. */
  passkey: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 300, seconds: minutes(5) } },
  /** Codes that browsers bring back from a provider, and what stands for a person in the sign-up form. */
  signInCode: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 100, seconds: minutes(5) } },
  /** Sign-ins at a provider are kept from when they begin; whoever begins one is known by the address alone. */
  signInFlow: { account: { attempts: 300, seconds: minutes(5) }, address: { attempts: 300, seconds: minutes(5) } },
  /** Answers of SAML providers. Nothing to guess in a signature; this bounds what anybody can make us compute. */
  assertion: { account: { attempts: 60, seconds: minutes(5) }, address: { attempts: 300, seconds: minutes(5) } },
  /** Tokens of purchases. Each costs a question to AWS. */
  marketplace: { account: { attempts: 10, seconds: minutes(5) }, address: { attempts: 60, seconds: minutes(5) } },
  /** Nothing to guess in a signature; but whoever has a licence key could ask which organizations there are. */
  licence: { account: { attempts: 20, seconds: minutes(5) }, address: { attempts: 60, seconds: minutes(5) } },
  /** These send a mail to somebody, so they are few: nobody's inbox is filled through us. */
  verificationMail: { account: { attempts: 5, seconds: minutes(60) }, address: { attempts: 60, seconds: minutes(60) } },
  resetMail: { account: { attempts: 5, seconds: minutes(60) }, address: { attempts: 60, seconds: minutes(60) } },
  /** Links that finish a sign-in: the password was right, and they go to its owner. */
  loginMail: { account: { attempts: 10, seconds: minutes(60) }, address: { attempts: 1000, seconds: minutes(60) } },
  /** Whole companies are invited from one address, but each person only so often. */
  invitationMail: { account: { attempts: 10, seconds: minutes(60) }, address: { attempts: 1000, seconds: minutes(60) } },
} as const satisfies Record<string, { account: Budget; address: Budget }>

export interface Attempt {
  /** The guess was right, so it was none: whoever knows the secret is not slowed down by using it often. */
  giveBack(): Promise<void>
}

/**
 * Counts before anything is looked up, so that the answer takes the same time and words for accounts that do not exist.
 * @param request undefined where the caller's address was counted before, for the same request
 * @param account undefined where the guess is about nobody yet
 * @throws TooManyRequests with the seconds to wait
 */
export async function countAttempt(
  platform: Platform,
  request: { address: string } | undefined,
  secret: keyof typeof budgets,
  account: string | undefined,
): Promise<Attempt> {
  const counted = [
    // The address first: a caller who has used up that one cannot use up an account's as well.
    ...(request ? [{ limit: { name: `${secret}.address`, ...budgets[secret].address }, subjects: [networkOf(request.address)] }] : []),
    ...(account === undefined
      ? []
      : [{ limit: { name: `${secret}.account`, ...budgets[secret].account }, subjects: [account.normalize().toLowerCase()] }]),
  ]
  for (const { limit, subjects } of counted) await takeAttempt(platform, limit, subjects)
  return {
    async giveBack() {
      for (const { limit, subjects } of counted) await giveBackAttempt(platform, limit, subjects)
    },
  }
}

/** The row that a one-time token names, in clear before the MAC: what guesses at it are counted by. */
export const subjectOfToken = (token: string): string => token.split('-', 1)[0] ?? ''

/**
 * One subscriber holds a whole IPv6 network of 64 bits, and could come from another address of it each time.
 * @returns `2001:db8:0:1::/64`; an address of the older kind as it is
 */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  const network = [...head, ...zeros, ...tail].slice(0, 4).map((part) => Number.parseInt(part, 16).toString(16))
  return `${network.join(':').replace(/(?:^|:)0(?::0)*$/, '')}::/64`
}
