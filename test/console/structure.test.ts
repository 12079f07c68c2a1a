/** Conventions of the console that a machine holds. console/README.md says why. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { operationTable } from '../../src/contract/operations.ts'

const root = new URL('../../', import.meta.url).pathname
const generated = ['console/src/routeTree.gen.ts', 'console/src/api/operations.ts', 'console/src/i18n/resources.d.ts']

const files = readdirSync(join(root, 'console/src'), { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && /(?<!\.test)\.tsx?$/.test(entry.name))
  .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(root.length))
  .filter((file) => !generated.includes(file))
  .sort()
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const codeOf = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1')
const code = new Map(files.map((file) => [file, codeOf(file)]))
const containing = (pattern: RegExp) => files.filter((file) => pattern.test(code.get(file) ?? ''))

/** Where an import leads, from the root of the checkout; packages as they are. */
function importsOf(file: string): { to: string; typeOnly: boolean }[] {
  return [...(code.get(file) ?? '').matchAll(/^(?:import|export)\s+(type\s+)?[^'";]*?\s*from\s+'([^']+)'/gm)].map(
    ([, type, target = '']) => ({
      to: target.startsWith('@/')
        ? `console/src/${target.slice(2)}`
        : target.startsWith('.')
          ? normalize(join(dirname(file), target))
          : target,
      typeOnly: type !== undefined,
    }),
  )
}

/** What of the server decides the same in a browser: functions of their arguments. Types of the contract are gone before the code runs. */
const shared = /^src\/(?:access\/(?:cover|decide|rules)|formats\/forms\/|canonical|time|domains\/cost-budgets\/(?:forecast|spans))/

describe('the console', () => {
  test('takes from the server only types, and what is a function of its arguments', () => {
    const others = files.flatMap((file) =>
      importsOf(file)
        .filter(({ to, typeOnly }) => to.startsWith('src/') && !shared.test(to) && !(typeOnly && to.startsWith('src/contract/')))
        .map(({ to }) => `${file} imports ${to}`),
    )
    expect(others).toEqual([])
  })

  test('asks the API through one client: nothing else builds a request', () => {
    expect(containing(/(?<!re)\bfetch\(|XMLHttpRequest|new EventSource/)).toEqual([
      'console/src/api/connection.ts',
      'console/src/api/stream.ts',
      'console/src/api/upload.ts',
    ])
  })

  test('asks every operation that it names by a name of the contract', () => {
    const named = files.flatMap((file) =>
      [...(code.get(file) ?? '').matchAll(/\b(?:useAsk|usePagedList|useChange|call|dataOf|send|follow)\(\s*'(\w+)'/g)].map(
        ([, id = '']) => id,
      ),
    )
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((id) => !(id in operationTable))).toEqual([])
  })

  test('keeps preferences in the browser, and nothing that opens a door', () => {
    expect(containing(/localStorage/)).toEqual(['console/src/features/shell/organizations.ts', 'console/src/i18n/index.ts'])
    expect(containing(/document\.cookie|indexedDB/)).toEqual([])
  })

  test('makes no markup and no code of texts', () => {
    expect(
      containing(/dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(/),
    ).toEqual([])
  })

  test('has no file of over 300 lines', () => {
    expect(files.filter((file) => textOf(file).split('\n').length > 301)).toEqual([])
  })

  test('keeps pages out of its parts: the kit knows no feature, and routes hold no page', () => {
    const inKit = files.filter(
      (file) => /^console\/src\/(?:kit|api|i18n)\//.test(file) && importsOf(file).some(({ to }) => to.includes('/features/')),
    )
    expect(inKit).toEqual([])
    const long = files.filter((file) => file.startsWith('console/src/routes/') && textOf(file).split('\n').length > 60)
    expect(long).toEqual([])
  })
})
