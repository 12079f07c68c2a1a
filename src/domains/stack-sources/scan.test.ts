import { describe, expect, test } from 'vitest'
import { stackFiles } from '../../../test/support/catalog.ts'
import { realCatalogue, realProblems, stacksAreThere, whyNoStacks } from '../../../test/support/real-stacks.ts'
import { GitError, type Snapshot, type TreeEntry } from '../../outside/git/types.ts'
import { limits } from './choice.ts'
import { scanSnapshot } from './scan.ts'

type Files = Readonly<Record<string, string | Buffer>>

/** A commit that was never in git. `special` are links and the like. */
function snapshotOf(files: Files, special: Readonly<Record<string, Partial<TreeEntry>>> = {}) {
  const asked: string[] = []
  const entries: TreeEntry[] = Object.entries({ ...files, ...Object.fromEntries(Object.keys(special).map((path) => [path, ''])) })
    .map(([path, content]): TreeEntry => {
      const { length } = Buffer.from(content)
      return { path, kind: 'file', object: `${length}-${path}`, size: length, ...special[path] }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const snapshot: Snapshot = {
    commit: 'c0ffee',
    list: async () => {
      asked.push('list')
      return entries
    },
    read: async (paths) => {
      asked.push('read')
      const pointer = paths.find((path) => String(files[path]).startsWith('version https://git-lfs'))
      if (pointer) throw new GitError('unusable_file', `${pointer} is a pointer`)
      return new Map(paths.map((path) => [path, Buffer.from(files[path] ?? '')]))
    },
  }
  return { snapshot, asked }
}
const scanOf = (files: Files, special?: Parameters<typeof snapshotOf>[1]) => scanSnapshot(snapshotOf(files, special).snapshot)
const canonicals = (scan: Awaited<ReturnType<typeof scanOf>>) => scan.stacks.map(({ definition }) => definition.canonical)
const good = stackFiles('good')
const definition = String(good['good/.cycloid.yml'])
const form = `version: '2'
use_cases:
  - name: default
    sections:
      - name: S
        groups:
          - name: G
            technologies: [pipeline]
            vars:
              - {name: Size, key: size, type: integer, widget: number, default: 1}
`

describe('a scan', () => {
  test('finds stacks in the root and one folder below, and nowhere else', async () => {
    const scan = await scanOf({
      ...good,
      ...stackFiles('other'),
      '.cycloid.yml': definition.replaceAll('good', 'root-stack'),
      'pipeline/pipeline.yml': 'x',
      'pipeline/variables.sample.yml': 'x',
      'terraform/main.tf': 'x',
      'deep/below/.cycloid.yml': definition.replaceAll('good', 'too-deep'),
      'plain/readme.txt': 'x',
    })
    expect(canonicals(scan)).toEqual(['root-stack', 'good', 'other'])
    expect(scan.problems).toEqual([])
    expect(scan.commit).toBe('c0ffee')
    // The stack of the root has what belongs to no other.
    expect(scan.stacks[0]?.files.map(({ path }) => path).sort()).toEqual([
      '.cycloid.yml',
      'deep/below/.cycloid.yml',
      'pipeline/pipeline.yml',
      'pipeline/variables.sample.yml',
      'plain/readme.txt',
      'terraform/main.tf',
    ])
    expect(scan.stacks[1]).toMatchObject({ directory: 'good', readme: '# good\n', forms: null, formErrors: [], quotaEnabled: false })
    expect(scan.stacks[1]?.files.map(({ path }) => path)).toContain('terraform/main.tf')
  })

  test('asks git once for the list and twice for contents, however many stacks there are', async () => {
    const many = Object.assign({}, ...Array.from({ length: 30 }, (_, index) => stackFiles(`stack-${index}`))) as Files
    const { snapshot, asked } = snapshotOf(many)
    expect((await scanSnapshot(snapshot)).stacks).toHaveLength(30)
    expect(asked).toEqual(['list', 'read', 'read'])
  })

  test('of a repository without stacks finds none', async () => {
    expect(await scanOf({ 'README.md': 'x' })).toEqual({ commit: 'c0ffee', stacks: [], problems: [] })
  })

  test.each<[string, Files, Record<string, Partial<TreeEntry>>, string]>([
    ['is no YAML', { 'bad/.cycloid.yml': 'name: [' }, {}, '.cycloid.yml: it is not valid YAML: line 1'],
    ['has no canonical', { 'bad/.cycloid.yml': 'name: Web\nconfig: {a: {}}' }, {}, '.cycloid.yml: canonical is missing'],
    ['takes the canonical of another', { 'bad/.cycloid.yml': definition }, {}, 'the canonical good is taken by'],
    ['is not text', { 'bad/.cycloid.yml': Buffer.from([0xff, 0xfe, 0x00]) }, {}, '.cycloid.yml: it is not text in UTF-8'],
    ['has a NUL', { 'bad/.cycloid.yml': `${definition}\0` }, {}, '.cycloid.yml: it is not text in UTF-8'],
    ['is a link', {}, { 'bad/.cycloid.yml': { kind: 'link' } }, '.cycloid.yml cannot be read: a link'],
    ['is a pointer', { 'bad/.cycloid.yml': 'version https://git-lfs.github.com/spec/v1' }, {}, 'is a pointer'],
    ['is huge', {}, { 'bad/.cycloid.yml': { size: 5_000_000 } }, '.cycloid.yml cannot be read: larger than 1 MiB'],
    [
      'needs a file that is a link',
      { 'bad/.cycloid.yml': definition.replace('canonical: good', 'canonical: bad-one') },
      { 'bad/terraform/main.tf': { kind: 'link' } },
      'Files that .cycloid.yml names cannot be used: terraform/main.tf (a link)',
    ],
    [
      'needs a file that is a pointer',
      {
        'bad/.cycloid.yml': definition.replace('canonical: good', 'canonical: bad-one'),
        'bad/terraform/main.tf': 'version https://git-lfs',
      },
      {},
      'Files that .cycloid.yml names cannot be used: terraform/main.tf (bad/terraform/main.tf is a pointer)',
    ],
  ])('tells of a stack that %s, and finds the others', async (_, files, special, expected) => {
    const scan = await scanOf({ ...files, ...stackFiles('other'), ...good }, special)
    expect(scan.problems.map(({ error }) => error).join('\n')).toContain(expected)
    expect(canonicals(scan).sort()).toEqual(['good', 'other'])
  })

  test('leaves out what it cannot keep, and tells it', async () => {
    const { stacks, problems } = await scanOf(
      { ...good, 'good/lfs.bin': 'version https://git-lfs.github.com/spec/v1', 'good/image.png': Buffer.from([0, 1, 2, 255]) },
      {
        'good/link': { kind: 'link' },
        'good/module': { kind: 'submodule' },
        'good/large.bin': { size: limits.fileBytes + 1 },
        'good/bad\nname': {},
      },
    )
    const paths = stacks[0]?.files.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['image.png', 'terraform/main.tf', '.cycloid.yml']))
    expect(paths).not.toEqual(expect.arrayContaining(['lfs.bin']))
    expect(paths).toHaveLength(6)
    expect(problems).toEqual([
      {
        directory: 'good',
        error:
          'Files are left out: bad\uFFFDname (a name that cannot be stored), large.bin (larger than 1 MiB), link (a link), module (a submodule)',
      },
      { directory: 'good', error: 'Files are left out: lfs.bin (good/lfs.bin is a pointer)' },
    ])
  })

  test('keeps what is needed when there are too many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`good/a${index}`, 'x']))
    const { stacks, problems } = await scanOf({ ...many, ...good })
    expect(stacks[0]?.files).toHaveLength(limits.files)
    expect(stacks[0]?.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['terraform/main.tf', 'README.md']))
    expect(problems[0]?.error).toMatch(/^Files are left out: a\d+ \(more than 500 files\).* and 100 more$/)
  })

  test('tells of stacks beyond what a repository may have', async () => {
    const many = Object.assign({}, ...Array.from({ length: 202 }, (_, index) => stackFiles(`stack-${String(index).padStart(3, '0')}`)))
    const { stacks, problems } = await scanOf(many)
    expect(stacks).toHaveLength(200)
    expect(problems.map(({ directory }) => directory)).toEqual(['stack-200', 'stack-201'])
  })

  test('reads forms, and keeps a stack whose form is wrong', async () => {
    const { stacks, problems } = await scanOf({
      ...stackFiles('right', '', { '.forms.yml': form }),
      ...stackFiles('wrong', '', { '.forms.yml': form.replace('widget: number', 'widget: slider') }),
      ...stackFiles('yaml', '', { '.forms.yml': 'use_cases: [' }),
      ...stackFiles('bytes', '', { '.forms.yml': Buffer.from([0xff]) }),
      ...stackFiles('nul', '', { '.forms.yml': form.replace('name: Size', 'name: "a\\0\\ud800b"') }),
    })
    const byName = new Map(stacks.map((stack) => [stack.definition.canonical, stack]))
    expect(byName.get('right')).toMatchObject({ formErrors: [], forms: { use_cases: [{ name: 'default' }] } })
    for (const name of ['wrong', 'yaml', 'bytes'])
      expect(byName.get(name)?.formErrors.join()).toContain('The Forms File has an invalid format')
    expect(JSON.stringify(byName.get('nul')?.forms)).not.toMatch(/\\u0000|\\ud800/)
    expect(problems).toEqual([])
  })

  test('says which files a definition names in vain', async () => {
    const { 'good/terraform/main.tf': _, ...rest } = good
    const { stacks, problems } = await scanOf(rest)
    expect(stacks).toHaveLength(1)
    expect(problems).toEqual([{ directory: 'good', error: '.cycloid.yml names files that are not there: terraform/main.tf' }])
  })

  test('gives up on a swarm of pointers after a bounded search', async () => {
    const pointers = Object.fromEntries(
      Array.from({ length: 450 }, (_, index) => [`good/p${index}`, 'version https://git-lfs.github.com/spec/v1']),
    )
    const { snapshot, asked } = snapshotOf({ ...good, ...pointers })
    const { problems } = await scanSnapshot(snapshot)
    expect(asked.length).toBeLessThan(200)
    expect(problems.map(({ directory }) => directory)).toEqual(['good'])
  })

  test.skipIf(!stacksAreThere)(`finds every real stack (${whyNoStacks})`, async () => {
    const files = realCatalogue()
    const scan = await scanOf(files)
    expect(scan.problems).toEqual(realProblems)
    expect(scan.stacks.map(({ directory }) => directory)).toEqual([...new Set(Object.keys(files).map((path) => path.split('/')[0]))].sort())
  })
})
