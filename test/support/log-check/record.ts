/**
 * What the run's last step needs to know whether a secret came into a log: every line that was logged, and every secret that
 * went over HTTP in this process. Both go into files of the run's folder, one pair for each test file.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject } from 'vitest'
import type { Config } from '../../../src/config.ts'
import { type Log, openLog } from '../../../src/log.ts'
import type { FoundSecret } from './secrets-of.ts'
import { tapHttp } from './tap.ts'

/** Characters that wait to be written. */
const enough = 4 * 1024 * 1024
/** Of one test file: those that make up thousands of tokens need not have all of them looked for. */
const mostSecrets = 100_000

const lines: string[] = []
const seen = new Set<string>()
const secrets: string[] = []
let waiting = 0

/**
 * A log as the service has it. `kept` gets what the level lets through; what is recorded is more, since who looks for an
 * error turns the level up.
 */
export function openRecordedLog(level: string, kept: string[]): Log {
  const more = level === 'info' ? 'debug' : level
  return openLog(more, {
    write(line: string) {
      if (more === level || !line.startsWith('{"level":"debug"')) kept.push(line)
      lines.push(line)
      waiting += line.length
      if (waiting > enough) flush()
    },
  })
}

export function recordSecrets(found: Iterable<FoundSecret>): void {
  for (const { secret, what } of found) {
    if (seen.has(secret) || seen.size >= mostSecrets) continue
    seen.add(secret)
    secrets.push(JSON.stringify([what, secret]))
    waiting += secret.length
  }
}

/** What the process was given to speak with others. */
export function recordConfig({ concourse, stripe, oauth, masterKeys, smtpUrl }: Config): void {
  const values = {
    'password of Concourse': concourse?.password,
    'key of Stripe': stripe?.secretKey,
    'secret of Stripe’s webhook': stripe?.webhookSecret,
    'master keys': masterKeys,
    'address of the mail server': smtpUrl && new URL(smtpUrl).password,
    ...Object.fromEntries(Object.entries(oauth).map(([name, client]) => [`client secret of ${name}`, client?.clientSecret])),
  }
  recordSecrets(Object.entries(values).flatMap(([what, secret]) => (secret && secret.length >= 8 ? [{ what, secret }] : [])))
}

/** After each test file. */
export function endFile(): void {
  flush()
  seen.clear()
}

function flush(): void {
  const name = (expect.getState().testPath ?? `${process.pid}`).replace(/^.*\/(?=(?:src|test)\/)/, '').replaceAll('/', '!')
  const folder = inject('logCheckFolder')
  if (lines.length > 0) appendFileSync(join(folder, `${name}.log`), lines.splice(0).join(''))
  if (secrets.length > 0) appendFileSync(join(folder, `${name}.secrets`), `${secrets.splice(0).join('\n')}\n`)
  waiting = 0
}

// Once in a process, which may run many test files.
tapHttp(recordSecrets)
