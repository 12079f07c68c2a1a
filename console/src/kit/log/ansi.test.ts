import { describe, expect, test } from 'vitest'
import { beyond, piecesOf, plainOf } from './ansi.ts'

const esc = '\u001b'

describe('a line of a log', () => {
  test('has its colours, and none of the codes that make them', () => {
    const pieces = piecesOf(`${esc}[31mred${esc}[0m plain ${esc}]0;a title\u0007end`)
    expect(pieces.map(({ text }) => text).join('')).toBe('red plain end')
    expect(pieces[0]?.name).toBe('ansi-red')
  })

  test('that was written over itself shows what was written last', () => {
    expect(plainOf('10 %\r50 %\r100 %\r')).toBe('100 %')
    expect(plainOf(`${'50 %\r'.repeat(10_000)}100 %`)).toBe('100 %')
  })

  test('is whole when it is copied, downloaded or searched, and cut only where it is shown', () => {
    const line = `${'x'.repeat(30_000)}the end`
    expect(plainOf(line)).toBe(line)
    expect(
      piecesOf(line)
        .map(({ text }) => text)
        .join(''),
    ).toBe('x'.repeat(20_000))
    expect(beyond(line)).toBe(10_007)
    expect(beyond('short')).toBe(0)
  })

  test.each([
    ['titles that do not end', `${esc}]`.repeat(100_000)],
    ['carriage returns', `${'\r'.repeat(100_000)}x`],
    ['colours', `${esc}[31m`.repeat(50_000)],
  ])('of %s without end is cut, and costs no time', (_, line) => {
    const begun = performance.now()
    piecesOf(line)
    plainOf(line)
    expect(performance.now() - begun).toBeLessThan(1500)
  })
})
