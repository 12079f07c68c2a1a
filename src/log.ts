import { pino } from 'pino'
import { errorForLog, redactFields, redactLine } from './redaction.ts'

export type Log = pino.Logger

/** JSON lines on standard output, time as ISO 8601. Request id, actor and organization are added per request. */
export function openLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Not pino's own `redact`, whose wildcards cost 40 µs a line; this costs 2.
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    serializers: { err: (error) => errorForLog(error), cause: (error) => errorForLog(error) },
    hooks: { streamWrite: redactLine },
  }
  const log = pino(options, destination ?? bufferedOutput())
  // What is bound to a child goes by no formatter.
  const { child } = log
  log.child = function (this: Log, bindings, more) {
    return child.call(this, redactFields(bindings), more)
  } as typeof child
  return log
}

/** One system call per line would be a twentieth of a request's time; a line waits at most a fifth of a second. */
function bufferedOutput(): pino.DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, minLength: 4096 })
  setInterval(() => output.flush(), 200).unref()
  process.on('exit', () => output.flushSync())
  return output
}
