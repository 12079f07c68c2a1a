import { describe, expect, test } from 'vitest'
import { AddressRefused, openAddressGuard } from './address-guard.ts'

const answering = (...addresses: string[]) => ({ allowed: [], lookup: async () => addresses })

describe('what tenants may not reach', () => {
  test.each([
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.0.0.1', '172.16.3.4', '192.168.1.1', '169.254.169.254', '100.64.0.1', '192.0.0.8'],
    ...['198.18.0.1', '203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16', '::ffff:168.63.129.16'],
    ...['2130706433', '0x7f.1', '0x7f000001', '017700000001', '127.1', '0177.0.0.1', '10.0.1', '127.0.0.1.', '①②⑦.0.0.1', '127。0。0。1'],
    ...['::1', '[::1]', '::', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', 'fec0::1', '2001:db8::1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1'],
    ...['2002:7f00:1::', '2002:a00:1::1', '2001:0:4136:e378::', 'fe80::1%eth0', '3fff::1', '5f00::1', '100::1'],
    ...['localhost', 'LOCALHOST', 'localhost.'],
    ...[
      '',
      ' ',
      'a b',
      'a/b',
      'user@host',
      'host:80',
      '-oProxyCommand=x',
      '256.1.1.1',
      '1.2.3.4.5',
      'x'.repeat(300),
      'a..b',
      '[::1',
      '%31',
    ],
  ])('%s is refused', async (host) => {
    await expect(openAddressGuard({ allowed: [] }).resolve(host)).rejects.toBeInstanceOf(AddressRefused)
  })

  test('a name is refused when one of its addresses is private', async () => {
    await expect(openAddressGuard(answering('93.184.215.14', '10.0.0.1')).resolve('example.org')).rejects.toBeInstanceOf(AddressRefused)
  })

  test('a name that is unknown and a name of a private network are refused in the same words', async () => {
    const wordsFor = (guard: ReturnType<typeof openAddressGuard>) => guard.resolve('git.corp').catch((error: Error) => error.message)
    const failing = { allowed: [], lookup: () => Promise.reject(new Error('ENOTFOUND')) }
    expect(await wordsFor(openAddressGuard(answering('10.0.0.1')))).toBe(await wordsFor(openAddressGuard(failing)))
    expect(await wordsFor(openAddressGuard(answering('10.0.0.1')))).not.toContain('10.0')
  })
})

describe('what tenants may reach', () => {
  test('public addresses, version 4 first, each once', async () => {
    const guard = openAddressGuard(answering('2606:4700::6810:84e5', '104.16.132.229', '104.16.132.229'))
    expect(await guard.resolve('Example.ORG.')).toEqual(['104.16.132.229', '2606:4700::6810:84e5'])
  })

  test.each(['8.8.8.8', '2606:4700:4700::1111', '[2606:4700:4700::1111]', '64:ff9b::808:808', '::ffff:8.8.8.8', '134744072'])(
    '%s',
    async (host) => {
      expect(await openAddressGuard({ allowed: [] }).resolve(host)).toHaveLength(1)
    },
  )

  test.each([
    ['an address', '10.1.2.3', '10.1.2.3'],
    ['a network', '10.1.0.0/16', '10.1.2.3'],
    ['a name, whatever it resolves to', 'git.corp', 'git.corp'],
    ['a network of version 6', 'fd00::/8', '[fd00::7]'],
    ['a network, for names inside it', '192.168.0.0/16', 'nas.corp'],
  ])('of private networks only what is allowed: %s', async (_, allowed, host) => {
    const lookup = async () => ['192.168.7.7']
    await expect(openAddressGuard({ allowed: [], lookup }).resolve(host)).rejects.toBeInstanceOf(AddressRefused)
    expect(await openAddressGuard({ allowed: [allowed], lookup }).resolve(host)).toHaveLength(1)
  })

  test('an allowed network does not open its neighbours', async () => {
    await expect(openAddressGuard({ allowed: ['10.1.0.0/16'] }).resolve('10.2.0.1')).rejects.toBeInstanceOf(AddressRefused)
  })

  test('an entry that is none of these is an error that names it', () => {
    expect(() => openAddressGuard({ allowed: ['10.0.0.0/33', 'ok.corp', 'a b', '*.corp'] })).toThrow('10.0.0.0/33, a b, *.corp')
  })

  test('localhost by its name when that is allowed', async () => {
    expect(await openAddressGuard({ allowed: ['localhost'] }).resolve('localhost')).toContain('127.0.0.1')
  })
})
