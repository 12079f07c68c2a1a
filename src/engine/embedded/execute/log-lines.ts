/** The output of one step on its way into events: storable, without secrets, in whole lines where they come soon enough. */
import { type Redaction, type Secrets, storable } from './redact.ts'

export type LogSource = 'stdout' | 'stderr'

export interface StepLog {
  /** Text in any pieces; what comes after `close` is lost. */
  write(source: LogSource, text: string): void
  /** A sentence of the engine's own. */
  note(sentence: string): void
  /** Everything that is complete, now: before another event of the step is told. */
  flush(): void
  /** Everything. */
  close(): void
}

export interface LogOptions {
  secrets: Secrets
  /** A payload of at most `longestPayload` characters. */
  tell(source: LogSource, payload: string): void
  /** Bytes after which `tooMuch` is called, once, and nothing more is told. */
  mostBytes: number
  tooMuch(): void
}

export const longestPayload = 16_384
/** A line that does not end is told after this, in milliseconds. */
const patience = 1000
/** Lines that follow each other within this become one event. */
const gathering = 50

export function openStepLog({ secrets, tell, mostBytes, tooMuch }: LogOptions): StepLog {
  const streams = { stdout: openLines(secrets), stderr: openLines(secrets) }
  const queue: { source: LogSource; text: string }[] = []
  const timers = new Map<LogSource | 'queue', NodeJS.Timeout>()
  let [bytes, isClosed] = [0, false]

  const later = (name: LogSource | 'queue', milliseconds: number, act: () => void) => {
    if (timers.has(name)) return
    const timer = setTimeout(() => {
      timers.delete(name)
      act()
    }, milliseconds)
    timers.set(name, timer.unref())
  }
  const enqueue = (source: LogSource, text: string) => {
    if (text === '') return
    const last = queue.at(-1)
    if (last?.source === source) last.text += text
    else queue.push({ source, text })
    if ((queue.at(-1)?.text.length ?? 0) >= longestPayload) flush()
    else later('queue', gathering, flush)
  }
  const flush = () => {
    for (const { source, text } of queue.splice(0)) for (const payload of payloads(text)) tell(source, payload)
  }
  const write = (source: LogSource, text: string) => {
    if (isClosed || bytes > mostBytes) return
    bytes += Buffer.byteLength(text)
    if (bytes > mostBytes) return tooMuch()
    enqueue(source, streams[source].push(text))
    if (!streams[source].isEmpty()) later(source, patience, () => enqueue(source, streams[source].takeUnfinished()))
  }
  const close = () => {
    if (isClosed) return
    isClosed = true
    for (const source of ['stdout', 'stderr'] as const) enqueue(source, streams[source].end())
    flush()
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
  }
  return { write, note: (sentence) => write('stderr', `${sentence}\n`), flush, close }
}

interface Lines {
  /** @returns whole lines */
  push(text: string): string
  isEmpty(): boolean
  /** What can be told of a line that has not ended. */
  takeUnfinished(): string
  end(): string
}

function openLines(secrets: Secrets): Lines {
  const redaction: Redaction = secrets.stream()
  /** Half a character whose other half comes with the next piece. */
  let half = ''
  let unfinished = ''
  return {
    push(text) {
      const whole = half + text
      const cut = /[\ud800-\udbff]$/.test(whole) ? whole.length - 1 : whole.length
      half = whole.slice(cut)
      const told = redaction.push(storable(whole.slice(0, cut)))
      const end = told.lastIndexOf('\n') + 1
      if (end === 0 && unfinished.length + told.length < longestPayload) {
        unfinished += told
        return ''
      }
      const lines = unfinished + (end === 0 ? told : told.slice(0, end))
      unfinished = end === 0 ? '' : told.slice(end)
      return lines
    },
    isEmpty: () => unfinished === '',
    takeUnfinished() {
      const taken = unfinished
      unfinished = ''
      return taken
    },
    end() {
      const rest = unfinished + redaction.push(storable(half)) + redaction.end()
      unfinished = half = ''
      return rest
    },
  }
}

/** At most `longestPayload` characters each, and no pair of surrogates in two of them. */
function* payloads(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + longestPayload)
    if (to < text.length && /[\ud800-\udbff]/.test(text.charAt(to - 1))) to -= 1
    yield text.slice(from, to)
    from = to
  }
}
