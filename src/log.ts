import { pino } from 'pino'

export type Log = pino.Logger

/** What must never reach a log line, wherever it hangs in a logged object. */
const secretKeys = [
  'password',
  'token',
  'raw',
  'authorization',
  'cookie',
  'secret',
  'api_key',
  'jwt',
  'key',
  'sealed',
  'password_hash',
  'current',
  'new',
]

/** JSON lines on standard output, time as ISO 8601. Request id, actor and organization are added per request. */
export function openLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    serializers: { err: errorForLog, cause: errorForLog },
  }
  return pino(options, destination ?? bufferedOutput())
}

/** One system call per line would be a twentieth of a request's time; a line waits at most a fifth of a second. */
function bufferedOutput(): pino.DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, minLength: 4096 })
  setInterval(() => output.flush(), 200).unref()
  process.on('exit', () => output.flushSync())
  return output
}

/** Database errors carry the values of the row in `detail` and `where`: those stay out. */
function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint, table }),
    ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause) }),
  }
}
