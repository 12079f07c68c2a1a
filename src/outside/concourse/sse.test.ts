import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Frame, openFrames } from './sse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (...chunks: (string | Uint8Array)[]): Frame[] => {
  const frames = openFrames(10_000)
  return chunks.flatMap((chunk) => frames.push(typeof chunk === 'string' ? bytes(chunk) : chunk))
}

describe('frames', () => {
  test.each<[string, string, Frame[]]>([
    ['an event', 'id: 3\nevent: event\ndata: {"a":1}\n\n', [{ id: '3', event: 'event', data: '{"a":1}' }]],
    ['a bare data line', 'id: 4\nevent: end\ndata\n\n', [{ id: '4', event: 'end', data: '' }]],
    ['data of several lines', 'data: one\ndata:\ndata: three\n\n', [{ id: undefined, event: '', data: 'one\n\nthree' }]],
    ['line ends of all kinds', 'id: 1\r\nevent: event\rdata: x\r\n\r\n', [{ id: '1', event: 'event', data: 'x' }]],
    ['only the first blank behind the colon', 'data:  x\n\n', [{ id: undefined, event: '', data: ' x' }]],
    ['colons in data', 'data:a:b\n\n', [{ id: undefined, event: '', data: 'a:b' }]],
    ['a mark of the byte order', '\ufeffdata: x\n\n', [{ id: undefined, event: '', data: 'x' }]],
    ['comments and unknown fields', ': hello\nretry: 10\nfoo: bar\ndata: x\n\n', [{ id: undefined, event: '', data: 'x' }]],
    ['blank lines and frames without data', '\n\n: ping\n\nid: 1\n\ndata: x\n\n', [{ id: undefined, event: '', data: 'x' }]],
    ['nothing of a frame that has not ended', 'id: 1\ndata: x\n', []],
  ])('hold %s', (_what, text, frames) => {
    expect(read(text)).toEqual(frames)
  })

  test('are the same however the bytes arrive', () => {
    const word = fc.constantFrom('id: 7', 'event: event', 'event: end', 'data', 'data: x', 'data: žluťoučký 🐎', ': note', '', 'data:a:b')
    const end = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(fc.array(fc.tuple(word, end), { maxLength: 30 }), fc.array(fc.nat(400), { maxLength: 12 }), (lines, cuts) => {
        const whole = bytes(lines.flat().join(''))
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((one, other) => one - other), whole.length]
        const chunks = places.slice(1).map((place, at) => whole.subarray(places[at], place))
        expect(read(...chunks)).toEqual(read(whole))
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('are bounded, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
        const frames = openFrames(200)
        try {
          for (const chunk of chunks) for (const { data } of frames.push(chunk)) expect(data.length).toBeLessThanOrEqual(200)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test.each(['x'.repeat(300), 'data: x\n'.repeat(100), ':\n'.repeat(300)])('that never end are refused', (text) => {
    const frames = openFrames(200)
    expect(() => frames.push(bytes(text))).toThrow(RangeError)
  })

  test('of a line in many small pieces take no longer than those of few', { retry: 2 }, () => {
    const frames = openFrames(10_000_000)
    const begun = performance.now()
    for (let piece = 0; piece < 200_000; piece++) frames.push(bytes('data data '))
    frames.push(bytes('\n\n'))
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
