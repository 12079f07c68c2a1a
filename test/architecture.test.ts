/** Conventions that a machine holds: who may import whom, and what may be written where. src/README.md says why. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ownTransactions } from './support/own-transactions.ts'
import { textFile } from './support/text-file.ts'

const root = new URL('../', import.meta.url).pathname
const generated = [
  'src/contract/schema.ts',
  'src/contract/operations.ts',
  'src/contract/policies.ts',
  'src/http/handlers.ts',
  'src/db/database.ts',
]

const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(root.length))
    .sort()
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
/** Words in comments and messages are no code. */
const codeOf = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1')

const sources = filesUnder('src').filter((file) => !file.endsWith('.test.ts'))
const byHand = sources.filter((file) => !generated.includes(file))
const written = [...filesUnder('src'), ...filesUnder('scripts'), ...filesUnder('test')].filter((file) => !generated.includes(file))

interface Import {
  from: string
  /** A path from the root for our own files, otherwise a package's name. */
  to: string
  /** Gone before the code runs. */
  typeOnly: boolean
}

function importsOf(file: string): Import[] {
  return [...codeOf(file).matchAll(/^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'([^']+)'/gm)].map(
    ([, type, names = '', target = '']) => {
      const listed = names.startsWith('{')
        ? names
            .replace(/[{}]/g, '')
            .split(',')
            .map((name) => name.trim())
            .filter(Boolean)
        : []
      const typeOnly = type !== undefined || (listed.length > 0 && listed.every((name) => name.startsWith('type ')))
      return { from: file, to: target.startsWith('.') ? normalize(join(dirname(file), target)) : target, typeOnly }
    },
  )
}
const imports = sources.flatMap(importsOf)

const folderOf = (file: string): string => (file.startsWith('src/') && file.split('/').length > 2 ? (file.split('/')[1] ?? '') : file)
const isOurs = (target: string) => target.startsWith('src/')
const show = ({ from, to }: Import) => `${from} imports ${to}`

describe('who may import whom', () => {
  const everywhere = ['src/errors.ts', 'src/turnstile.ts']
  const values: Record<string, string[]> = {
    contract: ['contract'],
    db: ['db'],
    outside: ['outside'],
    formats: ['formats'],
    access: ['access', 'db'],
    engine: ['engine', 'db', 'formats', 'outside', 'src/time.ts'],
    estimate: ['estimate', 'formats'],
    policies: ['policies', 'formats', 'outside'],
    energy: ['energy', 'formats'],
    costs: ['costs', 'db', 'energy', 'formats', 'outside', 'src/canonical.ts'],
    domains: [
      'access',
      'contract',
      'costs',
      'db',
      'domains',
      'energy',
      'engine',
      'estimate',
      'formats',
      'jobs',
      'outside',
      'policies',
      'src/canonical.ts',
      'src/time.ts',
    ],
    jobs: ['jobs', 'domains', 'access', 'engine'],
  }
  /** What is not there when the code runs may point the other way: a handler's signature names its context. */
  const types: Record<string, string[]> = {
    contract: ['db', 'http'],
    access: ['contract', 'outside', 'src/log.ts', 'src/platform.ts'],
    engine: ['src/config.ts', 'src/log.ts'],
    policies: ['src/log.ts'],
    costs: ['src/log.ts'],
    domains: ['http', 'src/config.ts', 'src/log.ts', 'src/platform.ts'],
    jobs: ['src/log.ts', 'src/platform.ts'],
  }

  test.each(Object.keys(values))('src/%s imports what it may', (folder) => {
    const mine = imports.filter(({ from, to }) => folderOf(from) === folder && isOurs(to))
    expect(mine.length).toBeGreaterThan(0)
    const wrong = mine.filter(
      ({ to, typeOnly }) => ![...everywhere, ...(values[folder] ?? []), ...(typeOnly ? (types[folder] ?? []) : [])].includes(folderOf(to)),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('queries speak only to the database: db/, kysely, each other, and types', () => {
    // `simple.ts` and people.ts hold fragments of SQL that several queries use, beside the view of what they find.
    const shared = ['src/domains/people.ts', 'src/domains/roles/simple.ts', 'src/domains/teams/simple.ts', 'src/domains/roles/built-in.ts']
    const isQueries = (file: string) => /^src\/domains\/.*\/queries\.ts$/.test(file)
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        isQueries(from) && !typeOnly && to !== 'kysely' && folderOf(to) !== 'db' && !isQueries(to) && !shared.includes(to),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('SQL of the embedded engine is in its store, which knows nothing but the database', () => {
    const store = 'src/engine/embedded/store/'
    const ofEngine = imports.filter(({ from, typeOnly }) => from.startsWith('src/engine/') && !typeOnly)
    expect(ofEngine.filter(({ from, to }) => to === 'kysely' && !from.startsWith(store)).map(show)).toEqual([])
    const known = ['kysely', 'node:crypto', 'src/engine/embedded/schedule/types.ts', 'src/formats/pipeline/steps.ts']
    const wrong = ofEngine.filter(
      ({ from, to }) => from.startsWith(store) && folderOf(to) !== 'db' && !to.startsWith(store) && !known.includes(to),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('views turn rows into answers and ask nobody: no database', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        from.endsWith('/view.ts') && !typeOnly && (folderOf(to) === 'db' || to === 'kysely' || to.endsWith('/queries.ts')),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('nothing that is shipped imports what is only there for tests and scripts', () => {
    expect(imports.filter(({ to }) => /^(test|scripts)\//.test(to)).map(show)).toEqual([])
    const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> }
    const packageOf = (target: string) =>
      target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/')
    const wrong = imports.filter(
      ({ to, typeOnly }) => !typeOnly && !isOurs(to) && !to.startsWith('node:') && !(packageOf(to) in dependencies),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('nothing imports itself by a detour', () => {
    const next = new Map<string, string[]>()
    for (const { from, to, typeOnly } of imports) if (!typeOnly && isOurs(to)) next.set(from, [...(next.get(from) ?? []), to])
    // A grammar is recursive, and so are the functions that read it and the ones that evaluate it.
    const recursive = (path: string[]) => path.every((file) => file.startsWith('src/formats/rego/'))
    const done = new Set<string>()
    const circles: string[] = []
    const walk = (file: string, path: string[]): void => {
      const circle = path.includes(file) ? [...path.slice(path.indexOf(file)), file] : undefined
      if (circle && !recursive(circle)) circles.push(circle.join(' → '))
      if (circle || done.has(file)) return
      for (const to of next.get(file) ?? []) walk(to, [...path, file])
      done.add(file)
    }
    for (const file of sources) walk(file, [])
    expect(circles).toEqual([])
  })
})

describe('what stands in one place', () => {
  const filesWith = (pattern: RegExp, files = byHand) => files.filter((file) => pattern.test(codeOf(file)))

  test('the environment is read by the two programs, and by nothing they are made of', () => {
    expect(filesWith(/\bprocess\.env\b/)).toEqual(['src/main.ts', 'src/worker.ts'])
  })

  test('transactions are opened by the pool alone', () => {
    expect(filesWith(/text: ['"`]begin\b|\bquery\(\s*['"`]begin\b|['"`]begin;|\.transaction\(/i)).toEqual(['src/db/pool.ts'])
    expect(filesWith(/new pg\.(Pool|Client)\b/)).toEqual([
      'src/db/migrate.ts',
      'src/db/notices.ts',
      'src/db/pool.ts',
      'src/jobs/worker.ts',
      'src/outside/embedded-postgres.ts',
    ])
    expect(filesWith(/\bdatabase\.(read|write)\(/)).toEqual(['src/db/account-tx.ts', 'src/db/organization-tx.ts'])
  })

  test('handlers use the transactions of their context; only work without a request opens its own', () => {
    expect(filesWith(/\b(OrgTx|AccountTx)\.(read|write)\(/).filter((file) => file.startsWith('src/domains/'))).toEqual(ownTransactions)
  })

  test('HTTP appears in http/ alone: in the other folders an error is a code', () => {
    expect(filesWith(/\.status\(|\bsetHeader\(|from 'express'/).filter((file) => !['http', file].includes(folderOf(file)))).toEqual([])
  })

  test('there are no barrels', () => {
    expect(sources.filter((file) => file.endsWith('/index.ts'))).toEqual([])
    expect(filesWith(/^export\s+(\*|\{[^}]*\})\s+from\b/m)).toEqual([])
  })

  test('there are no default exports, and nothing is silenced', () => {
    expect(filesWith(/^export default\b/m)).toEqual([])
    // Written apart, so that this file does not find itself.
    expect(written.filter((file) => new RegExp(`@ts-(${'ignore|nocheck|expect-error'})|eslint-${'disable'}`).test(textOf(file)))).toEqual(
      [],
    )
  })

  test('nothing is of any type', () => {
    const any = filesWith(
      /(:|\bas|<|\||,)\s*any\b(?!\s*[\w'’:])|\bany\[\]/,
      written.filter((file) => !file.endsWith('architecture.test.ts')),
    )
    // Clients that read answers as a stranger's script would.
    expect(any.filter((file) => !['scripts/demo/steps.ts', 'scripts/soak/server.ts'].includes(file))).toEqual([])
  })
})

describe('files', () => {
  const lines = (file: string) => textOf(file).split('\n').length - 1
  const long = written.filter((file) => lines(file) > 300)
  const list = textFile(
    'test/long-files.txt',
    'Files over 300 lines. This list may only shrink. Written by: UPDATE=1 npx vitest run test/architecture.test.ts',
  )

  test('test/long-files.txt names those over 300 lines, and has not grown', () => {
    const before = list.read()
    expect(long.filter((file) => before !== undefined && !before.includes(file))).toEqual([])
    list.expectOrUpdate(long)
  })

  test('a domain is a folder with handlers, and nothing of it is unused', () => {
    const folders = new Set(
      sources.filter((file) => file.startsWith('src/domains/') && file.split('/').length > 3).map((file) => file.split('/')[2]),
    )
    expect([...folders].filter((folder) => !sources.includes(`src/domains/${folder}/operations.ts`))).toEqual([])
    // The last one is a program for a process of its own.
    const programs = ['src/main.ts', 'src/worker.ts', 'src/policies/child.ts', 'src/costs/import/child.ts']
    const used = new Set([...written, ...sources].flatMap(importsOf).map(({ to }) => to))
    expect(sources.filter((file) => !used.has(file) && !programs.includes(file))).toEqual([])
  })
})

describe('the README', () => {
  test('explains every variable that the configuration reads, and no other', () => {
    const code = ['src/config.ts', 'src/config-costs.ts', 'src/config-identity.ts', 'src/config-terraform.ts'].map(codeOf).join('\n')
    const single = [...code.matchAll(/\b(?:text|integer|flag|url|oneOf|list|pairs)\('([A-Z_]+)'/g)].map(([, name = '']) => name)
    const together = [...code.matchAll(/\btogether\(([^)]*)\)/g)].flatMap(([, names = '']) => names.match(/[A-Z_]+/g) ?? [])
    const read = [...single, ...together]
    const explained = textOf('README.md')
      .split('\n')
      .flatMap((line) => line.match(/^\| ((?:`[A-Z_]+`(?:, )?)+)\s*\|/)?.[1]?.match(/[A-Z_]+/g) ?? [])
    expect(explained.sort()).toEqual([...new Set(read)].sort())
  })

  test('names commands that there are', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const named = [...textOf('README.md').matchAll(/npm run ([\w-]+)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})
