import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cells } from './adapter.ts'
import { maximumColumns, readCsv } from './csv.ts'

interface Read {
  header: readonly string[]
  rows: string[][]
  lines: number[]
}

async function read(chunks: Iterable<Uint8Array>): Promise<Read> {
  const result: Read = { header: [], rows: [], lines: [] }
  const place: { unit: 'line' | 'row'; number: number } = { unit: 'line', number: 0 }
  const bytes = (async function* () {
    yield* chunks
  })()
  const file = { name: 'x', size: undefined, bytes: () => bytes }
  const open = (header: readonly string[]) => {
    result.header = header
    return (cells: Cells) => {
      result.rows.push(header.map((_, column) => cells.text(column)))
      result.lines.push(place.number)
    }
  }
  for await (const _ of readCsv({ file, bytes, place, isFull: () => false }, open));
  return result
}

const readText = (text: string) => read([Buffer.from(text)])

const cell = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 6, unit: 'grapheme' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', 'NULL', '"', '""', ',', ';', '\n', '\r\n', 'a"b', '{"a": "b"}', 'é', '漢', '😀', '\\', ' ', "'"),
  },
)

describe('a table', () => {
  test('is what was written, however it is quoted, separated and cut into pieces', async () => {
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 8 }))
    const form = fc.record({
      separator: fc.constantFrom(',', ';', '\t'),
      newline: fc.constantFrom('\n', '\r\n'),
      always: fc.boolean(),
      mark: fc.boolean(),
      last: fc.boolean(),
      cuts: fc.array(fc.nat(400), { maxLength: 12 }),
    })
    await fc.assert(
      fc.asyncProperty(table, form, async (rows, { separator, newline, always, mark, last, cuts }) => {
        const header = rows[0]?.map((_, column) => `Column${column}`) ?? []
        const quoted = (text: string) => (always || /[",;\t\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text)
        const text = [header, ...rows].map((row) => row.map(quoted).join(separator)).join(newline) + (last ? newline : '')
        const bytes = Buffer.from((mark ? '\ufeff' : '') + text)
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
        const chunks = [0, ...places].map((from, position) => bytes.subarray(from, places[position] ?? bytes.length))
        expect((await read(chunks)).rows).toEqual(rows)
      }),
      { seed: 7, numRuns: 400 },
    )
  })

  test('is the same cut at every byte, also when it is longer than what is read at once', async () => {
    const line = (n: number) => `${n},"a ""quoted""\r\nname, é 😀",${'x'.repeat(20)}\r\n`
    const small = Buffer.from(`\ufeffA,B,C\r\n${line(1)}${line(2)}`)
    const expected = (await read([small])).rows
    expect(expected).toHaveLength(2)
    for (let at = 0; at <= small.length; at++) expect((await read([small.subarray(0, at), small.subarray(at)])).rows).toEqual(expected)
    const long = Buffer.from(`A,B,C\n${Array.from({ length: 6000 }, (_, n) => line(n)).join('')}`)
    const pieces = Array.from({ length: Math.ceil(long.length / 70_001) }, (_, n) => long.subarray(n * 70_001, (n + 1) * 70_001))
    const { rows, lines } = await read(pieces)
    expect(rows).toEqual(Array.from({ length: 6000 }, (_, n) => [String(n), 'a "quoted"\r\nname, é 😀', 'x'.repeat(20)]))
    expect(lines.at(-1)).toBe(2 + 5999 * 2)
  })

  test('may have blank lines, and no newline at its end', async () => {
    expect((await readText('A,B\n\n1,2\r\n\r\n3,4')).rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
  })

  test('keeps letters that are not UTF-8 apart, rather than to be unreadable', async () => {
    expect((await read([Buffer.from('A,B\n1,caf'), Buffer.from([0xe9, 0x0a])])).rows).toEqual([['1', 'caf\ufffd']])
  })

  test.each([
    ['', 'it is empty'],
    ['A,B\n1\n', 'it has 1 cell where the header has 2; perhaps the file was cut off'],
    ['A,B\n1,2,3\n', 'it has 3 cells where the header has 2; perhaps the file was cut off'],
    ['A,B\n1,"2\n', 'a quote in it is never closed'],
    ['A,B\n1,"2"3\n', 'there is a text behind a closing quote'],
    [`${'A,'.repeat(maximumColumns)}B\n`, 'it has more than 2,000 cells'],
    [`A,B\n1,${'x'.repeat(2_000_000)}\n`, 'it is longer than 1 MB'],
    [`A,B\n1,"${'x'.repeat(2_000_000)}`, 'it is longer than 1 MB'],
    [`A,B\n1,"${'\n'.repeat(2_000_000)}"`, 'it is longer than 1 MB'],
    [`A,B\n${'\n'.repeat(200_000)}`, 'there are too many blank lines'],
  ])('%j is refused with the reason', async (text, message) => {
    await expect(readText(text)).rejects.toThrow(message)
  })

  test('without what separates is refused at its first row, not searched to its end again and again', async () => {
    await expect(readText(`A\n${'1\n'.repeat(300_000)}`)).resolves.toMatchObject({ header: ['A'] })
    await expect(readText(`A,B\n${'1\n'.repeat(300_000)}`)).rejects.toThrow('1 cell where')
  }, 2000)
})
