import { afterEach, describe, expect, test } from 'vitest'
import { mergeValues } from './values.ts'

describe('values on top of others', () => {
  test('replace variable by variable', () => {
    const base = { Server: { Size: { count: 1, kind: 'small' }, Place: { region: 'eu' } } }
    expect(mergeValues(base, { Server: { Size: { count: 2 } }, Other: { Group: { a: null } } })).toEqual({
      Server: { Size: { count: 2, kind: 'small' }, Place: { region: 'eu' } },
      Other: { Group: { a: null } },
    })
    expect(base.Server.Size.count).toBe(1)
  })

  const assign = Object.assign
  afterEach(() => {
    Object.assign = assign
    Reflect.deleteProperty(Object.prototype, 'polluted')
  })

  test.each([
    '{"__proto__":{"polluted":{"a":1}}}',
    '{"constructor":{"assign":{"a":1}}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"toString":{"polluted":{"a":1}}}',
    '{"Server":{"__proto__":{"polluted":1}}}',
    '{"Server":{"constructor":{"polluted":1}}}',
    '{"Server":{"Size":{"__proto__":{"polluted":1}}}}',
  ])('with names that every object inherits change nothing but the result: %s', (text) => {
    const merged = mergeValues({ Server: { Size: { count: 1 } } }, JSON.parse(text))
    expect(Object.assign).toBe(assign)
    expect('polluted' in {}).toBe(false)
    expect('polluted' in Object).toBe(false)
    expect('polluted' in Object.prototype.toString).toBe(false)
    expect(merged['Server']?.['Size']).toMatchObject({ count: 1 })
  })
})
