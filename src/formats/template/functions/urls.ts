import { type Dict, wellFormed } from '../values.ts'
import { type FunctionTable, fail, fn } from './function.ts'

const shape = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/

const parsed = (text: string): Dict => {
  const match = shape.exec(text)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no address holds them
  if (!match || /[\x00-\x1f\x7f]/.test(text)) return fail(`${JSON.stringify(text)} is no address`)
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = match
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  const opaque = scheme !== '' && match[2] === undefined && !path.startsWith('/')
  return new Map([
    ['scheme', scheme.toLowerCase()],
    ['userinfo', at < 0 ? '' : authority.slice(0, at)],
    ['host', host],
    ['hostname', host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')],
    ['path', opaque ? '' : decoded(path)],
    ['opaque', opaque ? path : ''],
    ['query', query],
    ['fragment', decoded(fragment)],
  ])
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return fail(`${JSON.stringify(text)} has a wrong percent sign`)
  }
}

const joined = (dict: Dict): string => {
  const part = (name: string): string => {
    const value = dict.get(name) ?? ''
    return typeof value === 'string' ? value : fail(`the ${name} has to be a text`)
  }
  const scheme = part('scheme') === '' ? '' : `${part('scheme')}:`
  const query = part('query') === '' ? '' : `?${part('query')}`
  const fragment = part('fragment') === '' ? '' : `#${encodeURI(wellFormed(part('fragment')))}`
  if (part('opaque') !== '') return `${scheme}${part('opaque')}${query}${fragment}`
  const user = part('userinfo') === '' ? '' : `${part('userinfo')}@`
  const authority = scheme === '' && part('host') === '' && user === '' ? '' : `//${user}${part('host')}`
  const path = encodeURI(wellFormed(part('path'))).replace(/[?#]/g, (sign) => (sign === '?' ? '%3F' : '%23'))
  return `${scheme}${authority}${authority !== '' && path !== '' && !path.startsWith('/') ? '/' : ''}${path}${query}${fragment}`
}

export const urlFunctions = {
  urlParse: fn(1, 1, (args, { budget }) => {
    budget.spend(args.text(0).length / 4)
    return parsed(args.text(0))
  }),
  urlJoin: fn(1, 1, (args, { budget }) => {
    const text = joined(args.dict(0))
    budget.string(text.length)
    return text
  }),
} satisfies FunctionTable
