import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { ImportBroken, importBills } from '../../../scripts/costs/import.ts'
import { lineOf, openBar } from '../../../scripts/costs/progress-bar.ts'
import { useServer } from '../../../test/support/server.ts'
import { focus, month, openBills } from '../../../test/support/uploaded-bills.ts'
import { importDatabase } from '../../costs/import/database.ts'
import type { Told } from '../../costs/import/queries.ts'
import { type Database, openDatabase } from '../../db/pool.ts'

const server = useServer()
const folder = mkdtempSync(join(tmpdir(), 'trochoid-bills-'))
const opened: Database[] = []
afterAll(async () => {
  for (const database of opened) await database[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

async function run(paths: string[], options: Parameters<typeof importBills>[2]) {
  const database = openDatabase({ url: server.database.url, ...importDatabase })
  opened.push(database)
  const printed: string[] = []
  const shown: string[] = []
  const screen = { write: (text: string) => shown.push(text) }
  const isWhole = await importBills(database, paths, options, { screen, print: (line) => printed.push(line) })
  return { isWhole, printed, shown: shown.join('') }
}

describe('npm run costs -- import', () => {
  test('makes the account when asked, reads files and folders, and says what became of each month', async () => {
    const { org, ada } = await openBills(server)
    const folder = join(put(`${org}/june.csv`, focus(month('2026-06', 30, '1'))), '..')
    put(`${org}/july.csv.gz`, gzipSync(focus(month('2026-07', 31, '2'))))
    const options = { organization: org, account: 'from-disk', create: true, provider: 'aws' }
    const first = await run([folder], options)
    expect(first.isWhole).toBe(true)
    expect(first.printed).toEqual([
      'month    lines  currency  billed  state',
      '2026-07     31  USD        62.00  shown',
      '2026-06     30  USD        30.00  shown',
      expect.stringMatching(/^Read 2026-0/),
    ])
    expect(first.shown).toMatch(/100 % .*61 lines/)
    const path = { organization_canonical: org, cloud_cost_management_account_canonical: 'from-disk' }
    const { body } = await ada.listCloudCostImports({ path })
    expect(body.data).toMatchObject([{ source: 'command', status: 'succeeded', lines: 61 }])
    expect((await run([folder], options)).printed).toEqual(['2 months are as before'])
    const one = await run([folder], { ...options, force: true, month: '2026-06' })
    expect(one.printed.slice(0, 2)).toEqual(['month    lines  currency  billed  state', '2026-06     30  USD        30.00  shown'])
  })

  test('says what was refused, and that it was', async () => {
    const { org } = await openBills(server)
    const options = { organization: org, account: 'bills' }
    await run([put('good.csv', focus(month('2026-07', 31, '2')))], options)
    const { isWhole, printed } = await run([put('half.csv', focus(month('2026-07', 31, '1')))], options)
    expect(isWhole).toBe(false)
    expect(printed.join('\n')).toMatch(/2026-07 +31 +USD +31\.00 +refused +2026-07 costs 31\.00 USD, 50 % less/)
  })

  test.each<[string, string[], Parameters<typeof importBills>[2], RegExp]>([
    ['no organization', ['x'], {}, /say where they belong/],
    ['no files', [], { organization: 'a', account: 'b' }, /say which files/],
    ['an organization of nobody', ['x'], { organization: 'nobody-s', account: 'b' }, /there is no organization nobody-s/],
    [
      'an account that could not be addressed',
      ['x'],
      { organization: 'ORG', account: 'AWS Main', create: true, provider: 'aws' },
      /AWS Main cannot be the canonical of an account/,
    ],
    ['--create without --provider', ['x'], { organization: 'a', account: 'b', create: true }, /needs --provider/],
  ])('cannot begin with %s', async (_, paths, options, message) => {
    const { org } = await openBills(server)
    await expect(run(paths, { ...options, ...(options.organization === 'ORG' ? { organization: org } : {}) })).rejects.toThrow(message)
  })

  test('cannot begin with an account of nobody, and says how one is made', async () => {
    const { org } = await openBills(server)
    await expect(run(['x'], { organization: org, account: 'other' })).rejects.toThrow(/there is no cloud cost account other .*--create/)
  })

  test('that is interrupted says what was brought until then, and that the same goes on', async () => {
    const { org } = await openBills(server)
    const paths = [put(`${org}/july.csv`, focus(month('2026-07', 31, '2'))), put(`${org}/june.csv`, focus(month('2026-06', 30, '1')))]
    const database = openDatabase({ url: server.database.url, ...importDatabase })
    opened.push(database)
    const printed: string[] = []
    const interrupted = new AbortController()
    const watch = setInterval(async () => {
      const [row] = await server.database.query(
        `select from cost_months m join organizations o on o.id = m.organization_id where o.canonical = $1 and m.state = 'active'`,
        [org],
      )
      if (row) interrupted.abort()
    }, 5)
    const ended = await importBills(
      database,
      paths,
      { organization: org, account: 'bills' },
      {
        screen: { write: () => {} },
        print: (line) => printed.push(line),
        signal: interrupted.signal,
      },
    ).catch((error: unknown) => error)
    clearInterval(watch)
    expect(ended).toBeInstanceOf(ImportBroken)
    expect(String(ended)).toContain('the same command goes on where it was')
    expect(printed.join('\n')).toMatch(/2026-0\d .* shown/)
  })

  test('that somebody else ends says so, and why', async () => {
    const { org } = await openBills(server)
    const large = focus(Array.from({ length: 600 }, (_, index) => month('2026-07', 31, '1', { resource: `i-${index}` })).flat())
    const watch = setInterval(
      () =>
        server.database.query(
          `update cost_imports i set status = 'failed', message = 'It was given up', ended_at = now()
           from organizations o where o.id = i.organization_id and o.canonical = $1 and i.status = 'running'`,
          [org],
        ),
      5,
    )
    const { isWhole, printed } = await run([put(`${org}.csv`, large)], { organization: org, account: 'bills' })
    clearInterval(watch)
    expect([isWhole, printed.at(-1)]).toEqual([false, 'It was ended by somebody else: It was given up'])
  })

  test('a path that leads nowhere is said, like everything else that cannot be read', async () => {
    const { org } = await openBills(server)
    const { isWhole, printed } = await run([join(folder, 'nowhere.csv')], { organization: org, account: 'bills' })
    expect(isWhole).toBe(false)
    expect(printed.join('\n')).toMatch(/nowhere\.csv cannot be read: there is no such file or folder/)
  })

  test('two commands for one account at once: one waits for the other', async () => {
    const bills = await openBills(server)
    const file = put(
      'large.csv',
      focus(Array.from({ length: 600 }, (_, index) => month('2026-07', 31, '1', { resource: `i-${index}` })).flat()),
    )
    const options = { organization: bills.org, account: 'bills' }
    const both = await Promise.all([run([file], options), run([file], options)])
    expect(both.map(({ isWhole }) => isWhole)).toEqual([true, true])
    expect(both.map(({ printed }) => printed.at(-1)).sort()).toEqual([
      'One month is as before',
      'Read 2026-07 (18,600 lines, 18,600.00 USD)',
    ])
    expect(await bills.months()).toMatchObject([{ state: 'active', lines: 18_600 }])
  })
})

describe('the bar', () => {
  const told: Told = {
    status: 'running',
    stage: 'reading',
    files_total: 2,
    files_done: 1,
    bytes_total: 4 * 2 ** 20,
    bytes_done: 2 ** 20,
    lines: 12_345,
  }

  test('says how far, how much and how fast', () => {
    expect(lineOf(told, 2, true)).toBe('[######------------------]  25 %  reading  1.0/4.0 MB  1/2 files  12,345 lines  6,173 lines/s')
    expect(lineOf({ ...told, status: 'waiting' }, 2, false)).toMatch(/^25 % {2}waiting for another import of the account/)
  })

  test('moves on a terminal, and is a line every five seconds elsewhere', () => {
    let now = 0
    const draw = (isTTY: boolean) => {
      const written: string[] = []
      const bar = openBar({ isTTY, columns: 40, write: (text) => written.push(text) }, () => now)
      for (now = 0; now < 11_000; now += 1000) bar.show({ ...told, lines: now })
      bar.end()
      return written
    }
    expect(draw(false)).toHaveLength(4)
    expect(draw(true)).toHaveLength(12)
    expect(draw(true).every((text) => text === '\n' || (text.startsWith('\r\x1b[2K') && text.length < 50))).toBe(true)
  })
})
