/** What the events of a build tell, step by step. Lines arrive by the thousand: who looks is told a few times a second. */
import type { ServerEvent } from '@/api/stream.ts'

export type StepState = 'waiting' | 'started' | 'succeeded' | 'failed' | 'errored' | 'aborted'

export interface StepRecord {
  state: StepState
  /** Unix seconds. */
  began: number | undefined
  ended: number | undefined
  lines: readonly string[]
  /** How many lines before the first of `lines` were dropped. */
  dropped: number
  /** How many characters at the beginning of the first of `lines` were dropped. */
  lost: number
  version: Readonly<Record<string, string>> | undefined
  metadata: readonly { name: string; value: string }[]
  errors: readonly string[]
  exitStatus: number | undefined
  image: string | undefined
  worker: string | undefined
}

export interface BuildRecord {
  steps: ReadonlyMap<string, StepRecord>
  /** Errors of the build as a whole. */
  errors: readonly string[]
  status: string | undefined
}

/** Of one step. Older ones are dropped, a tenth at a time: what a browser keeps has an end. */
const mostLines = 200_000
const mostCharacters = 20_000_000
/** Milliseconds. */
const often = 80

type Mutable = { -readonly [K in keyof StepRecord]: StepRecord[K] } & {
  text: string[]
  /** Characters of `text`. */
  size: number
  /** Where the next character goes: a line of its own, or, as in a terminal, behind the last one or over it. */
  cursor: 'below' | 'end' | 'start'
  dirty: boolean
}

interface Told {
  event: string
  data: {
    time?: number
    status?: string
    payload?: string
    message?: string
    origin?: { id?: string }
    exit_status?: number
    succeeded?: boolean
    version?: Record<string, string> | null
    metadata?: { name: string; value: string }[] | null
    selected_worker?: string
    config?: { image?: string }
  }
}

export class BuildLog {
  #steps = new Map<string, Mutable>()
  #errors: string[] = []
  #status: string | undefined
  #shown: BuildRecord = { steps: new Map(), errors: [], status: undefined }
  #listeners = new Set<() => void>()
  #timer: ReturnType<typeof setTimeout> | undefined

  take = ({ data }: ServerEvent): void => {
    if (data === '') return
    const told = JSON.parse(data) as Told
    if (told.event === 'status') this.#status = told.data.status
    else if (told.data.origin?.id === undefined) {
      if (told.event === 'error' && told.data.message !== undefined) this.#errors.push(told.data.message)
    } else apply(this.#stepOf(told.data.origin.id), told)
    this.#timer ??= setTimeout(this.#show, often)
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  record = (): BuildRecord => this.#shown

  #stepOf(id: string): Mutable {
    const known = this.#steps.get(id)
    if (known) return known
    const made: Mutable = { ...untouched, text: [], size: 0, cursor: 'below', dirty: true }
    this.#steps.set(id, made)
    return made
  }

  #show = (): void => {
    this.#timer = undefined
    const steps = new Map(this.#shown.steps)
    for (const [id, step] of this.#steps) {
      if (!step.dirty) continue
      step.dirty = false
      const { text, size: _, cursor: __, dirty: ___, ...record } = step
      steps.set(id, { ...record, lines: text.slice() })
    }
    this.#shown = { steps, errors: this.#errors.slice(), status: this.#status }
    for (const listener of this.#listeners) listener()
  }
}

export const untouched: StepRecord = {
  state: 'waiting',
  began: undefined,
  ended: undefined,
  lines: [],
  dropped: 0,
  lost: 0,
  version: undefined,
  metadata: [],
  errors: [],
  exitStatus: undefined,
  image: undefined,
  worker: undefined,
}

function apply(step: Mutable, { event, data }: Told): void {
  step.dirty = true
  if (event === 'log') {
    append(step, data.payload ?? '')
    return
  }
  const [what] = event.split('-')
  if (what === 'initialize' || what === 'start') {
    step.began ??= data.time
    if (step.state === 'waiting') step.state = 'started'
    if (data.config?.image) step.image = data.config.image
  } else if (what === 'finish') {
    step.ended = data.time
    step.exitStatus = data.exit_status
    step.version = data.version ?? undefined
    step.metadata = data.metadata ?? []
    if (step.state !== 'errored') step.state = (data.exit_status ?? (data.succeeded === false ? 1 : 0)) === 0 ? 'succeeded' : 'failed'
  } else if (event === 'error') {
    step.state = data.message?.startsWith('interrupted') ? 'aborted' : 'errored'
    step.ended = data.time
    if (data.message !== undefined) step.errors = [...step.errors, data.message]
  } else if (event === 'selected-worker') step.worker = data.selected_worker
}

function append(step: Mutable, payload: string): void {
  for (const [at, part] of payload.split('\n').entries()) {
    if (at > 0) {
      if (step.cursor === 'below') step.text.push('')
      step.cursor = 'below'
    }
    if (part !== '') write(step, part)
  }
  if (step.text.length > mostLines || step.size > mostCharacters) shorten(step)
}

/** On the line where the cursor is. Of what goes back to its start, such as progress, only what was written last is kept. */
function write(step: Mutable, part: string): void {
  const pieces = part.split('\r')
  const last = pieces.findLastIndex((piece) => piece !== '')
  if (last >= 0) {
    const before = step.cursor === 'below' ? '' : (step.text.pop() ?? '')
    const line = `${step.cursor === 'end' && last === 0 ? before : ''}${pieces[last]}`
    step.text.push(line)
    step.size += line.length - before.length
  } else if (step.cursor === 'below') step.text.push('')
  step.cursor = last === pieces.length - 1 ? 'end' : 'start'
}

/** To nine tenths, so that it is done seldom: oldest lines first; of a line that is too long alone, its beginning. */
function shorten(step: Mutable): void {
  const [lines, size] = [mostLines * 0.9, mostCharacters * 0.9]
  let gone = 0
  while (gone < step.text.length - 1 && (step.text.length - gone > lines || step.size > size)) step.size -= step.text[gone++]?.length ?? 0
  if (gone > 0) step.lost = 0
  step.text.splice(0, gone)
  step.dropped += gone
  const excess = step.size - size
  if (excess <= 0) return
  step.text[0] = step.text[0]?.slice(excess) ?? ''
  step.size = size
  step.lost += excess
}
