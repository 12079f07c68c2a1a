import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readQuery } from './query.ts'

const plain = (text: string) => ({ ...readQuery(text).plain })

describe('the query string', () => {
  test('repeated names make a list', () => {
    expect(plain('statuses=a&statuses=b&one=1')).toEqual({ statuses: ['a', 'b'], one: '1' })
  })
  test('a plus is a space in plain parameters, and a plus in bracket filters', () => {
    expect(plain('project_name=my+project')).toEqual({ project_name: 'my project' })
    expect(readQuery('project_name[eq]=a+b').filters).toEqual([{ attribute: 'project_name', condition: 'eq', value: 'a+b' }])
  })
  test('brackets may be written plainly or encoded', () => {
    const expected = [{ attribute: 'project_name', condition: 'rlike', value: '^(a|b)[0-9]{2}$' }]
    expect(readQuery('project_name[rlike]=^(a|b)[0-9]{2}$').filters).toEqual(expected)
    expect(readQuery('project_name%5Brlike%5D=%5E(a%7Cb)%5B0-9%5D%7B2%7D%24').filters).toEqual(expected)
  })
  test('attributes may be paths into lists', () => {
    expect(readQuery('ingress[0].protocol[eq]=tcp&tags.env[neq]=prod').filters).toEqual([
      { attribute: 'ingress[0].protocol', condition: 'eq', value: 'tcp' },
      { attribute: 'tags.env', condition: 'neq', value: 'prod' },
    ])
  })
  test('a value may hold equals signs', () => {
    expect(plain('a=b=c')).toEqual({ a: 'b=c' })
    expect(readQuery('name[eq]=b=c').filters[0]?.value).toBe('b=c')
  })
  test('names of the language itself are names like others', () => {
    const { plain: found } = readQuery('__proto__=1&constructor=2')
    expect(Object.getPrototypeOf(found)).toBeNull()
    expect(Object.keys(found).sort()).toEqual(['__proto__', 'constructor'])
  })
  test.each(['a=%', 'a=%zz', '%ff=1', 'name[eq]=%e0%a4'])('%s is refused as not readable', (text) => {
    expect(() => readQuery(text)).toThrow(expect.objectContaining({ code: 'Invalid' }))
  })

  test('whatever a client encodes comes through as it was', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(word, word), { selector: ([name]) => name, maxLength: 5 }), (pairs) => {
        const named = pairs.filter(([name]) => !/^[^[\]]+(\[\d+\][^[\]]*)*\[\w+\]$/.test(name))
        const text = named.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
        expect(Object.entries(readQuery(text).plain).sort()).toEqual(named.map(([name, value]) => [name, value]).sort())
      }),
      { seed: 20261121, numRuns: 1000 },
    )
  })

  test('whatever arrives, it is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '=', '&', '[', ']', '%', '%41', '+', '0', '.', '__proto__', '😀')), (parts) => {
        try {
          readQuery(parts.join(''))
        } catch (error) {
          expect(error).toMatchObject({ code: 'Invalid' })
        }
      }),
      { seed: 20261121, numRuns: 3000 },
    )
  })
})
