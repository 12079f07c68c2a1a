/** What is wrong with the text itself. Line and column count from 1. */
export class RegoSyntaxError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, at: { line: number; column: number }) {
    super(message)
    this.name = 'RegoSyntaxError'
    this.line = at.line
    this.column = at.column
  }
}

export type RegoErrorCode = 'compile' | 'unsafe' | 'recursion' | 'unknown_function' | 'conflict' | 'builtin' | 'limit' | 'unsupported'

/** A policy that reads but cannot be evaluated. */
export class RegoError extends Error {
  readonly code: RegoErrorCode
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(code: RegoErrorCode, message: string, at?: { line: number; column: number }) {
    super(at ? `${message} (line ${at.line}, column ${at.column})` : message)
    this.name = 'RegoError'
    this.code = code
    this.line = at?.line
    this.column = at?.column
  }
}
