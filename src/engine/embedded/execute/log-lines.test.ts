import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type LogSource, longestPayload, openStepLog } from './log-lines.ts'
import { openSecrets, redacted } from './redact.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function openBench({ mostBytes = 1e9, secret }: { mostBytes?: number; secret?: string } = {}) {
  const secrets = openSecrets()
  if (secret !== undefined) secrets.add(secret)
  const told: [LogSource, string][] = []
  const tooMuch = vi.fn()
  const log = openStepLog({ secrets, tell: (source, payload) => void told.push([source, payload]), mostBytes, tooMuch })
  return { log, told, tooMuch }
}

describe('output of a step', () => {
  test('is told in whole lines, soon after they end', () => {
    const { log, told } = openBench()
    log.write('stdout', 'one\ntwo\nthr')
    vi.advanceTimersByTime(60)
    expect(told).toEqual([['stdout', 'one\ntwo\n']])
    log.write('stdout', 'ee\n')
    vi.advanceTimersByTime(60)
    expect(told.slice(1)).toEqual([['stdout', 'three\n']])
  })

  test('that does not end its line is told after a second', () => {
    const { log, told } = openBench()
    log.write('stdout', 'continue? ')
    vi.advanceTimersByTime(900)
    expect(told).toEqual([])
    vi.advanceTimersByTime(200)
    expect(told).toEqual([['stdout', 'continue? ']])
  })

  test('keeps the order of both sources', () => {
    const { log, told } = openBench()
    for (const [source, text] of [
      ['stdout', 'a\n'],
      ['stderr', 'b\n'],
      ['stdout', 'c\n'],
      ['stdout', 'd\n'],
    ] as const)
      log.write(source, text)
    log.close()
    expect(told).toEqual([
      ['stdout', 'a\n'],
      ['stderr', 'b\n'],
      ['stdout', 'c\nd\n'],
    ])
  })

  test('does not tell the first half of a secret because the second is late', () => {
    const { log, told } = openBench({ secret: 'hunter2' })
    log.write('stdout', 'it is hunt')
    vi.advanceTimersByTime(5000)
    expect(told).toEqual([['stdout', 'it is ']])
    log.write('stdout', 'er2\n')
    log.close()
    expect(told.slice(1)).toEqual([['stdout', `${redacted}\n`]])
  })

  test('is the same text in payloads that can be stored, whatever its pieces are', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', '\n', '😀', '\ud83d', '\ude00', '\0', 'long'.repeat(3000)), maxLength: 8 })
    const property = fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const { log, told } = openBench()
      for (const text of pieces) log.write('stdout', text)
      log.close()
      const payloads = told.map(([, payload]) => payload)
      expect(payloads.join('')).toBe(
        pieces
          .join('')
          .replaceAll('\0', '')
          .replace(/\p{Surrogate}/gu, '\ufffd'),
      )
      for (const payload of payloads) {
        expect(payload.length).toBeLessThanOrEqual(longestPayload)
        expect(payload).not.toMatch(/\p{Surrogate}|\0/u)
      }
    })
    fc.assert(property, { seed: 1, numRuns: 300 })
  })

  test('beyond what a step may write is lost, and said once', () => {
    const { log, told, tooMuch } = openBench({ mostBytes: 10 })
    for (const text of ['12345\n', '123\n', 'more\n', 'and more\n']) log.write('stdout', text)
    log.close()
    expect(told).toEqual([['stdout', '12345\n123\n']])
    expect(tooMuch).toHaveBeenCalledTimes(1)
  })

  test('of ten thousand lines is neither lost nor put in another order', () => {
    const { log, told } = openBench()
    const lines = Array.from({ length: 10_000 }, (_, at) => `line ${at}\n`)
    for (const line of lines) log.write('stdout', line)
    log.close()
    expect(told.map(([, payload]) => payload).join('')).toBe(lines.join(''))
    expect(told.length).toBeLessThan(50)
  })
})
