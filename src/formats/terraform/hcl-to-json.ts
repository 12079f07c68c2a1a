/** HCL as Terraform's JSON syntax, by HashiCorp's parser in WebAssembly. */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { FormatError } from '../format-error.ts'
import { longestHcl } from './tokens.ts'

/**
 * Blocks become lists of objects, expressions `"${…}"`, heredocs texts.
 *
 * @throws FormatError with the parser's place and words; also for a text that is too long, or that the parser cannot read in time
 */
export async function jsonOf(hcl: string): Promise<Record<string, unknown>> {
  if (hcl.length > longestHcl) throw new FormatError(`the text has more than ${longestHcl} characters`)
  // One at a time: a text that the parser dies of must not take another one's answer with it.
  const answer = last.then(
    () => parse(hcl),
    () => parse(hcl),
  )
  last = answer.catch(() => undefined)
  return await answer
}

let last: Promise<unknown> = Promise.resolve()
let parser: Worker | undefined

/** The longest real file takes a tenth of a second. */
const patienceMs = 10_000

/**
 * The parser runs in a thread of its own. It calls itself for every bracket: a few thousand brackets overflow its stack and
 * leave it broken for good, and its Go runtime then ends the process that it runs in. It also adds globals. A thread can be
 * thrown away, and does not hold up requests.
 */
const threadCode = `
const { parentPort, workerData } = require('node:worker_threads')
const { parse } = require(workerData)
process.on('uncaughtException', () => process.exit(1))
parentPort.on('message', async (text) => {
  try {
    parentPort.postMessage({ json: await parse('main.tf', text) })
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error), broken: error instanceof RangeError })
  }
})
`

function startParser(): Worker {
  const worker = new Worker(threadCode, {
    eval: true,
    workerData: createRequire(import.meta.url).resolve('@cdktn/hcl2json'),
    stdout: true,
    stderr: true,
    execArgv: [],
    env: {},
  })
  worker.stdout.resume()
  worker.stderr.resume()
  worker.unref()
  return worker
}

type Answer = { json: Record<string, unknown> } | { error: string; broken: boolean }

async function parse(hcl: string): Promise<Record<string, unknown>> {
  parser ??= startParser()
  const worker = parser
  const answer = await ask(worker, hcl)
  if (answer && 'json' in answer) return answer.json
  if (answer && !answer.broken) throw parserError(answer.error)
  parser = undefined
  await worker.terminate()
  throw new FormatError('the text is nested too deeply or too complex to be read')
}

/** Undefined when the thread died or takes too long. */
function ask(worker: Worker, hcl: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const done = (answer: Answer | undefined) => {
      clearTimeout(timer)
      worker.off('message', done).off('exit', died).off('error', died)
      worker.unref()
      resolve(answer)
    }
    const died = () => done(undefined)
    const timer = setTimeout(died, patienceMs)
    // While somebody waits for the answer, the process must not end.
    worker.ref()
    worker.on('message', done).on('exit', died).on('error', died)
    worker.postMessage(hcl)
  })
}

/** `parse config: [main.tf:3,5-6: Summary; Detail main.tf:4,1-2: …]`; only the first is told. */
function parserError(message: string): FormatError {
  const [, line, text = message] = /main\.tf:(\d+),\d+(?:-(?:\d+,)?\d+)?: ([\s\S]*?)(?:\s+main\.tf:\d+,|\]?$)/.exec(message) ?? []
  return new FormatError(text.slice(0, 500), line === undefined ? undefined : Number(line))
}
