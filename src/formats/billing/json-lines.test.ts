import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fileOf, linesOf, problemOf } from '../../../test/support/read-bill.ts'

const line = {
  ...{ BilledCost: '1.5', BillingCurrency: 'USD', BillingPeriodStart: '2026-07-01T00:00:00Z', ChargePeriodStart: '2026-07-02T00:00:00Z' },
  ...{ ChargeCategory: 'Usage', EffectiveCost: 1.25, ServiceName: 'Amazon EC2', ProviderName: 'AWS', Tags: { env: 'prod' } },
}
const text = (...lines: object[]): string => lines.map((each) => `${JSON.stringify(each)}\n`).join('')

test.each([
  ['as it is', text(line)],
  ['without an end of its last line', text(line).trimEnd()],
  ['with a mark at its beginning', `\ufeff${text(line)}`],
  ['with ends of lines as on Windows, and empty ones', `\r\n${text(line).replaceAll('\n', '\r\n')}\r\n`],
  ['with tags as a text', text({ ...line, Tags: '{"env": "prod"}' })],
])('FOCUS as JSON lines, %s', async (_, content) => {
  for (const chunk of [1, 7, 10_000]) {
    expect(await linesOf(fileOf(content, { chunk }))).toMatchObject([{ billed: '1.5', effective: '1.25', tags: { env: 'prod' } }])
  }
})

test('it may be compressed', async () => {
  const lines = Array.from({ length: 5000 }, (_, at) => ({ ...line, BilledCost: at }))
  const read = await linesOf(fileOf(gzipSync(text(...lines)), { chunk: 10_000 }))
  expect(read.map(({ billed }) => Number(billed))).toEqual(lines.map(({ BilledCost }) => BilledCost))
})

test('a column that occurs late is read, even if the lines before it left it out', async () => {
  const lines = Array.from({ length: 1500 }, () => line)
  const read = await linesOf(fileOf(text(...lines, { ...line, ResourceId: 'i-1' }), { chunk: 10_000 }))
  expect(read.at(-1)?.resource).toBe('i-1')
})

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

test.each([
  ['nothing', '{"a": 1', 'bill, line 1: it is not JSON; perhaps the file was cut off, or the object goes over several lines'],
  [
    'a later line',
    `${text(line)}{"BilledCost": `,
    'bill, line 2: it is not JSON; perhaps the file was cut off, or the object goes over several lines',
  ],
  ['one list', `[${JSON.stringify(line)}]`, 'bill, line 1: it is no JSON object'],
  ['a list over lines', `[\n${JSON.stringify(line)}\n]`, 'bill, line 1: it is a list; write each object on a line of its own (JSON lines)'],
  ['a line of 5 MB', `${text(line)}${text({ ...line, x: 'x'.repeat(5_000_000) })}`, 'bill, line 2: it is longer than 1 MB'],
  ['a line of 5 MB that never ends', `{"x": "${'x'.repeat(5_000_000)}`, 'bill, line 1: it is longer than 1 MB'],
  ['a hundred levels', deep(100), 'bill, line 1: it is nested more than 16 levels deep'],
  ['more levels than a stack has', deep(170_000), 'bill, line 1: it is nested more than 16 levels deep'],
  ['a number', `${text(line)}7\n`, 'bill, line 2: it is no JSON object'],
  [
    'too many values',
    text(line, Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`c${at}`, 1]))),
    'bill, line 2: it has more than 2,000 values',
  ],
])('%s is told with its place', async (_, content, message) => {
  expect(await problemOf(fileOf(content, { chunk: 65_536 }))).toBe(message)
})

test('names that mean something to JavaScript are names like others', async () => {
  const content = `${JSON.stringify(line).slice(0, -1)},"__proto__":{"BilledCost":"9"},"constructor":"x"}\n`
  expect(await linesOf(fileOf(content))).toMatchObject([{ billed: '1.5' }])
})
