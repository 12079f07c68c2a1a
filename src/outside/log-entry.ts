/** A line of a log, wherever it is kept, and what is asked of it. */

export interface LogEntry {
  host: string
  message: string
  /** Milliseconds. */
  time: number
}

export interface LogQuestion {
  /** Milliseconds, both included; undefined: whenever. */
  range: { begin: number; end: number } | undefined
  /** In the language of who is asked. */
  query: string | undefined
}

/** `sentence` is fit for a stranger: what was asked, never what was sent along. */
export class LogsRefused extends Error {
  /** `query`: cannot be meant; `configuration`: nor can where we were sent; `source`: is not there; `unavailable`: may pass. */
  readonly problem: 'query' | 'configuration' | 'credential' | 'source' | 'unavailable'
  constructor(problem: LogsRefused['problem'], sentence: string, cause?: unknown) {
    super(sentence, { cause })
    this.name = 'LogsRefused'
    this.problem = problem
  }
}

/** Of one answer. */
export const mostEntries = 1000
export const longestMessage = 32 * 1024

/** By time, those without words left out. */
export const sorted = (entries: readonly LogEntry[]): LogEntry[] =>
  entries
    .filter(({ message, time }) => message !== '' && Number.isSafeInteger(time))
    .map(({ host, message, time }) => ({ host: host === '' ? 'unknown' : host, message: message.slice(0, longestMessage), time }))
    .sort((a, b) => a.time - b.time)
