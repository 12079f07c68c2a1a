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
/** Milliseconds. */
const often = 80

type Mutable = { -readonly [K in keyof StepRecord]: StepRecord[K] } & { text: string[]; open: boolean; dirty: boolean }

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
    const made: Mutable = { ...untouched, text: [], open: false, dirty: true }
    this.#steps.set(id, made)
    return made
  }

  #show = (): void => {
    this.#timer = undefined
    const steps = new Map(this.#shown.steps)
    for (const [id, step] of this.#steps) {
      if (!step.dirty) continue
      step.dirty = false
      const { text, open: _, dirty: __, ...record } = step
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
  const parts = payload.split('\n')
  const rest = parts.pop() ?? ''
  for (const part of rest === '' ? parts : [...parts, rest]) {
    if (step.open) step.text[step.text.length - 1] += part
    else step.text.push(part)
    step.open = false
  }
  step.open = rest !== ''
  if (step.text.length > mostLines) {
    const most = Math.ceil(mostLines / 10)
    step.text.splice(0, most)
    step.dropped += most
  }
}
