import { afterAll, expect } from 'vitest'
import type { Answer } from './client.ts'
import { endFile } from './log-check/record.ts'

interface Matchers<R = unknown> {
  toHaveStatus(status: number): R
  /** The answer is an error with this code, and its message or details hold the text. */
  toBeError(code: string, text?: string): R
}
declare module 'vitest' {
  interface Assertion<T> extends Matchers<T> {}
  interface AsymmetricMatchersContaining extends Matchers {}
}

// Registered before the hooks of the test file, so it runs after them: what servers logged at their end is there.
afterAll(endFile)

expect.extend({
  toHaveStatus(answer: Answer<never>, status: number) {
    return {
      pass: answer.status === status,
      message: () => `expected status ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`,
    }
  },
  toBeError(answer: Answer<never>, code: string, text = '') {
    const [error] = (answer.body as { errors?: { code: string; message: string; details?: string[] }[] } | undefined)?.errors ?? []
    const words = [error?.message, ...(error?.details ?? [])].join('\n')
    return {
      pass: error?.code === code && words.includes(text),
      message: () => `expected ${code} with "${text}", got ${answer.status}: ${JSON.stringify(answer.body)}`,
    }
  },
})
