/** Builds the console in a process of its own, which leaves the processors to whoever serves. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

/**
 * @param tell is given what it says, line by line
 * @returns undefined when all went well, otherwise its last words
 */
export type Builder = (tell: (line: string) => void, signal: AbortSignal) => Promise<string | undefined>

const root = fileURLToPath(new URL('../../..', import.meta.url))
const lastWords = 20

/** @returns undefined where the tools are not installed, as in production */
export function openBuilder(): Builder | undefined {
  const require = createRequire(import.meta.url)
  try {
    require.resolve('vite/package.json')
  } catch {
    return undefined
  }
  const loader = pathToFileURL(require.resolve('tsx')).href
  return (tell, signal) =>
    new Promise((resolve) => {
      // Its environment is empty: ours has secrets, and the tools of a build are many people's.
      const child = spawn(process.execPath, ['--import', loader, 'scripts/build-console.ts'], {
        cwd: root,
        env: { NODE_ENV: 'production', NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
        killSignal: 'SIGKILL',
      })
      if (child.pid !== undefined) lower(child.pid)
      const said: string[] = []
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (written) => {
          const line = stripVTControlCharacters(written)
          if (line.trim() === '') return
          said.push(line)
          if (said.length > lastWords) said.shift()
          tell(line)
        })
      child.on('error', (error) => resolve(error.message))
      child.on('close', (code) => resolve(code === 0 ? undefined : said.join('\n') || `It ended with ${code}.`))
    })
}

function lower(pid: number): void {
  try {
    setPriority(pid, 10)
  } catch {}
}
