/** Tokens stand in files that are compared: the same subject, the same token; and nobody makes one without the key. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateTokenKey } from '../../access/state-token-key.ts'
import { mintStateToken, readStateToken, type StateTokenSubject } from './tokens.ts'

const makerWith = (secret: Buffer) => ({ stateTokens: stateTokenKey(secret) })
const secret = randomBytes(32)
const maker = makerWith(secret)

const canonical = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,98}[a-zA-Z0-9]$/)
const number = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const subjects: fc.Arbitrary<StateTokenSubject> = fc.oneof(
  fc.record({ organizationId: number, generation: number, project: canonical, environment: canonical, component: canonical }),
  fc.record({ organizationId: number, generation: number, externalBackendId: number }),
)

describe('a token', () => {
  test('says what it opens, and is the same each time', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const token = mintStateToken(maker, subject)
        expect(readStateToken(maker, token)).toEqual(subject)
        expect(mintStateToken(makerWith(Buffer.from(secret)), { ...subject })).toBe(token)
        // It stands in a URL, and in YAML and HCL between quotes.
        expect(token).toMatch(/^[\w.-]+$/)
      }),
      { seed: 6 },
    )
  })

  test('is another one for another subject', () => {
    fc.assert(
      fc.property(subjects, subjects, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other))
        expect(mintStateToken(maker, one)).not.toBe(mintStateToken(maker, other))
      }),
      { seed: 6 },
    )
  })

  test('does not look like a session, which is searched for elsewhere', () => {
    expect(mintStateToken(maker, { organizationId: 1, externalBackendId: 1, generation: 1 })).toMatch(/^state\./)
  })

  test('is none after any change, nor when another installation made it', () => {
    fc.assert(
      fc.property(subjects, fc.nat(), fc.integer({ min: 33, max: 126 }), (subject, at, code) => {
        const token = mintStateToken(maker, subject)
        const place = at % token.length
        const changed = token.slice(0, place) + String.fromCharCode(code) + token.slice(place + 1)
        fc.pre(changed !== token)
        expect(() => readStateToken(maker, changed)).toThrow(/not the token of a Terraform state/)
      }),
      { seed: 6, numRuns: 500 },
    )
    const foreign = mintStateToken(makerWith(randomBytes(32)), { organizationId: 1, externalBackendId: 1, generation: 1 })
    expect(() => readStateToken(maker, foreign)).toThrow(/not the token/)
  })

  test.each(['', '.', 'state.', 'state..', 'state.W10.', `state.${'A'.repeat(5000)}.x`])('is not "%s"', (token) => {
    expect(() => readStateToken(maker, token)).toThrow(/not the token of a Terraform state/)
  })
})
