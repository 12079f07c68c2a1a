/** What all steps that do something have in common: their time, their log, and what is said when they are stopped or go wrong. */
import { setTimeout as sleep } from 'node:timers/promises'
import { seconds } from '../../../formats/pipeline/durations.ts'
import { errorText, StepError, TimedOut } from './errors.ts'
import { type Tell, tellLogOf, tellOf } from './events.ts'
import { openStepLog, type StepLog } from './log-lines.ts'
import type { Result, Running } from './running.ts'

export interface Leaf {
  /** Aborted when the step has to stop, for whatever reason. */
  readonly signal: AbortSignal
  readonly log: StepLog
  /** Lines that were written before come before it. */
  tell: Tell
}

/**
 * @param body resolves to `failed` when the step did what it was to do and the outcome is bad; everything that it throws is
 *   an error of the step, unless the signal is aborted
 */
export async function runLeaf(
  { id, timeout }: { id: string; timeout?: string },
  running: Running,
  parent: AbortSignal,
  body: (leaf: Leaf) => Promise<'succeeded' | 'failed'>,
): Promise<Result> {
  const giveBack = await running.takePlace(parent)
  if (!giveBack) return cancelled(parent)
  try {
    return await inPlace({ id, ...(timeout === undefined ? {} : { timeout }) }, running, parent, body)
  } finally {
    giveBack()
  }
}

async function inPlace(
  { id, timeout }: { id: string; timeout?: string },
  running: Running,
  parent: AbortSignal,
  body: (leaf: Leaf) => Promise<'succeeded' | 'failed'>,
): Promise<Result> {
  const { ports, secrets, told } = running
  const own = new AbortController()
  const spend = (characters: number) => {
    told.left -= characters
    if (told.left < 0) own.abort(new StepError('The build told more than all its steps together may: let them say less'))
  }
  const stop = stopAfter(timeout ?? ports.limits.seconds, () => own.abort(timedOut(timeout, ports.limits.seconds)))
  const signal = AbortSignal.any([parent, own.signal])
  const plain = tellOf(ports, secrets, id)
  const tellLog = tellLogOf(ports, id)
  const log = openStepLog({
    secrets,
    tell(source, payload) {
      tellLog(source, payload)
      spend(payload.length)
    },
    mostBytes: ports.limits.outputBytes,
    tooMuch: () => own.abort(new StepError(`The step wrote more than the ${ports.limits.outputBytes} bytes that a step may`)),
  })
  let isOver = false
  const tell: Tell = (type, data) => {
    if (isOver) return
    log.flush()
    plain(type, data)
    spend(JSON.stringify(data ?? {}).length)
  }
  const end = { tell: plain, wordsOf: (error: unknown) => errorText(error, ports.folder, secrets) }
  try {
    spend(0)
    own.signal.throwIfAborted()
    return await unlessStuck(body({ signal, log, tell }), signal)
  } catch (error) {
    log.close()
    return signal.aborted ? endCancelled(signal.reason, end) : endErrored(error, end)
  } finally {
    isOver = true
    stop()
    log.close()
  }
}

/** The result of a step that was told to stop, or was not begun because of it. */
export const cancelled = (signal: AbortSignal): Result => (signal.reason instanceof TimedOut ? 'failed' : 'aborted')

/** @param duration as in a pipeline, or seconds @returns what takes it back */
export function stopAfter(duration: string | number, act: () => void): () => void {
  const length = typeof duration === 'number' ? duration : seconds(duration)
  if (length === undefined) return () => {}
  const timer = setTimeout(act, Math.min(Math.ceil(length * 1000), longestTimer))
  return () => clearTimeout(timer)
}

/** In milliseconds; with more a timer would end at once. */
const longestTimer = 2 ** 31 - 1

const timedOut = (timeout: string | undefined, most: number): TimedOut =>
  new TimedOut(
    timeout === undefined ? `timeout exceeded: a step without a timeout of its own may take ${most} seconds` : 'timeout exceeded',
  )

/** Everything that a step waits for ends soon after the signal. If not, the build ends nevertheless. */
const patience = 30_000

async function unlessStuck<T>(body: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController()
  const stuck = new Promise<never>((_, reject) => {
    const wait = () => {
      void sleep(patience, undefined, { signal: over.signal, ref: false }).then(
        () => reject(signal.reason),
        () => {},
      )
    }
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true, signal: over.signal })
  })
  return Promise.race([body, stuck]).finally(() => over.abort())
}

interface End {
  tell: Tell
  wordsOf(error: unknown): string
}

function endCancelled(reason: unknown, { tell, wordsOf }: End): Result {
  if (reason instanceof StepError) return endErrored(reason, { tell, wordsOf })
  if (!(reason instanceof TimedOut)) {
    tell('error', { message: isSentence(reason) ? `interrupted: ${wordsOf(reason)}` : 'interrupted' })
    return 'aborted'
  }
  reason.told = true
  tell('error', { message: reason.message })
  return 'failed'
}

/** What `abort()` gives without a reason says nothing. */
const isSentence = (reason: unknown): boolean => typeof reason === 'string' || (reason instanceof Error && reason.name !== 'AbortError')

function endErrored(error: unknown, { tell, wordsOf }: End): Result {
  tell('error', { message: wordsOf(error) })
  return 'errored'
}
