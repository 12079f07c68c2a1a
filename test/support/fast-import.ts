/** What git reads from standard input to make a commit without a checkout, and the environment it runs in. */

export type TestFile = string | Buffer | { link: string } | { submodule: string } | { executable: string | Buffer }
export type TestFiles = Readonly<Record<string, TestFile>>
/** Null deletes. */
export type TestChanges = Readonly<Record<string, TestFile | null>>

/** Nothing of whoever runs the tests: their settings may sign commits or have hooks. */
export const gitEnvironment = {
  PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
}
/** Nothing here outlives a test, so nothing needs to reach the disk, and nobody has to tidy up. */
export const bareSettings = '[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n'
export const importArguments = ['fast-import', '--quiet', '--force', '--date-format=raw'] as const

/** @param tip the commit that the branch stands at; empty when there is no such branch yet */
export function importStream(branch: string, tip: string, changes: TestChanges, message: string): Buffer {
  const parts: (string | Buffer)[] = []
  const data = (content: string | Buffer) => parts.push(`data ${Buffer.byteLength(content)}\n`, content, '\n')
  parts.push(
    `${tip ? '' : `reset refs/heads/${branch}\n`}commit refs/heads/${branch}\ncommitter Somebody <somebody@example.org> 1700000000 +0000\n`,
  )
  data(message)
  if (tip) parts.push(`from ${tip}\n`)
  for (const [path, file] of Object.entries(changes)) {
    const name = `"${path.replace(/[\\"]/g, '\\$&')}"`
    if (file === null) parts.push(`D ${name}\n`)
    else if (typeof file === 'object' && 'submodule' in file) parts.push(`M 160000 ${file.submodule} ${name}\n`)
    else {
      const [mode, content] = modeAndContent(file)
      parts.push(`M ${mode} inline ${name}\n`)
      data(content)
    }
  }
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

function modeAndContent(file: Exclude<TestFile, { submodule: string }>): [mode: string, content: string | Buffer] {
  if (typeof file === 'string' || Buffer.isBuffer(file)) return ['100644', file]
  return 'link' in file ? ['120000', file.link] : ['100755', file.executable]
}
