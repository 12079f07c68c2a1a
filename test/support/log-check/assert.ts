/** The last step of a run: nothing secret that went over HTTP in any test may stand in any line that was logged. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findLeaks } from './search.ts'

const root = new URL('../../../', import.meta.url).pathname

/** @throws Error naming test file, line and kind of secret */
export async function assertNoLeaks(folder: string): Promise<void> {
  const started = performance.now()
  const { leaks, lines, secrets } = findLeaks(folder, standsInSource)
  const took = `${lines} lines were searched for ${secrets} secrets in ${Math.round(performance.now() - started)} ms`
  if (leaks.length === 0) {
    if (lines > 1) console.log(`\nLogs hold no secret: ${took}.`)
    return
  }
  const list = leaks.map(({ where, what, line }) => `  ${what}\n    ${where}\n    ${line}`)
  throw new Error(`THE LOGS HOLD SECRETS (${took}). Keep them out where the line is written:\n${list.join('\n')}`)
}

/** Names of operations and fields are sent where secrets belong, to see what happens. A password that stands in the source is none. */
function standsInSource(text: string): boolean {
  source ??= readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
  return source.includes(text)
}
let source: string | undefined
