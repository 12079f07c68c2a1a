/** Keeps a build of the console ready to be served: finds it, has it made where it is missing or old, and notices a newer one. */
import type { Log } from '../../log.ts'
import { digestOf, readRecord } from './build-record.ts'
import { type Builder, openBuilder } from './builder.ts'
import { type Build, loadBuild, writtenAt } from './built-files.ts'

export type ConsoleMode = 'build' | 'serve' | 'off'

export type ConsoleState =
  | { readonly kind: 'ready'; readonly build: Build }
  | { readonly kind: 'looking' }
  | { readonly kind: 'building' }
  /** Nothing is there, and nobody makes it. */
  | { readonly kind: 'missing' }
  /** @param why the last words of the build */
  | { readonly kind: 'failed'; readonly why: string }

export interface Console extends AsyncDisposable {
  /** What there is at the moment, after another look where it may have changed. */
  state(): Promise<ConsoleState>
}

interface ConsoleOptions {
  readonly mode: Exclude<ConsoleMode, 'off'>
  /** With its `dist`; the checkout is around it. */
  readonly folder: string
  readonly log: Log
  /** Null where nothing can be built; undefined: as the tools are installed. */
  readonly builder?: Builder | null
}

/** Milliseconds between looks at a file that hardly ever changes. */
const lookEvery = 1000

export function openConsole({ mode, folder, log, builder = openBuilder() ?? null }: ConsoleOptions): Console {
  let state: ConsoleState = { kind: 'looking' }
  let lookedAt = Date.now()
  const stop = new AbortController()

  const serve = async (): Promise<boolean> => {
    const record = await readRecord(folder)
    if (!record) return false
    try {
      state = { kind: 'ready', build: await loadBuild(folder, record, state.kind === 'ready' ? state.build : undefined) }
      return true
    } catch (error) {
      log.warn({ err: error }, 'the build of the console is not whole')
      return false
    }
  }
  const build = async (make: Builder) => {
    state = { kind: 'building' }
    log.info('the console is being built, which takes about half a minute: /console shows when it is ready')
    const started = Date.now()
    const why = await make((line) => log.info({ console: true }, line), stop.signal)
    if (stop.signal.aborted) return
    if (why === undefined && (await serve())) log.info({ seconds: (Date.now() - started) / 1000 }, 'the console is ready')
    else {
      state = { kind: 'failed', why: why ?? 'The build left nothing behind.' }
      log.error({ why }, 'the console could not be built: `npm run build` says why')
    }
  }
  const begin = async () => {
    const record = await readRecord(folder)
    const digest = mode === 'build' ? await digestOf(folder, record?.inputs ?? []) : undefined
    const isOld = digest !== undefined && digest !== record?.digest
    if (isOld && builder) return build(builder)
    if (isOld && record) log.warn('the console was built of other sources than are here: `npm run build` builds it anew')
    if (!(await serve())) state = { kind: 'missing' }
  }
  const working = begin().catch((error: unknown) => {
    log.error({ err: error }, 'the console cannot be served')
    state = { kind: 'failed', why: 'What was built could not be read.' }
  })

  return {
    async state() {
      if (state.kind === 'looking' || state.kind === 'building' || Date.now() - lookedAt < lookEvery) return state
      lookedAt = Date.now()
      const time = await writtenAt(folder)
      if (time !== undefined && (state.kind !== 'ready' || time !== state.build.writtenAt)) await serve()
      return state
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await working
    },
  }
}
