/** The token of the service user: one login at a time, and a new one before the old one ends. */
import { isProblem } from './errors.ts'

export interface Login {
  token: string
  /** Seconds. */
  lifetime: number
}

export interface Tokens {
  /** @throws ConcourseError what the login answered */
  get(): Promise<string>
  /** Concourse does not take this one any more. */
  drop(token: string): void
}

/** Part of its life after which a token is renewed. */
const fresh = 0.8
/** Milliseconds between two logins when the first one failed: a wrong password must not lock the user out, and nobody hammers. */
const pause = 5000

/** @param login must end in time by itself @param now milliseconds */
export function openTokens(login: () => Promise<Login>, now: () => number = Date.now): Tokens {
  let current: { token: string; renewAt: number; endsAt: number } | undefined
  let underway: Promise<string> | undefined
  let failed: { error: unknown; until: number } | undefined

  const renew = async (): Promise<string> => {
    const begun = now()
    try {
      const { token, lifetime } = await login()
      current = { token, renewAt: begun + lifetime * 1000 * fresh, endsAt: begun + lifetime * 1000 }
      failed = undefined
      return token
    } catch (error) {
      // Only a wrong password stays wrong; what is down may be up with the next question.
      if (isProblem(error, 'unauthorized') || usable()) failed = { error, until: now() + pause }
      const token = usable()
      if (token) return token
      throw error
    } finally {
      underway = undefined
    }
  }
  const usable = () => (current && now() < current.endsAt ? current.token : undefined)

  return {
    async get() {
      if (current && now() < current.renewAt) return current.token
      if (failed && now() < failed.until) {
        const token = usable()
        if (token) return token
        throw failed.error
      }
      underway ??= renew()
      return underway
    },
    drop(token) {
      if (current?.token === token) current = undefined
    },
  }
}
