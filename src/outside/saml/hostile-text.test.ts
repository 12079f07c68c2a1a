/** Text that nobody signed, or that is no answer: refused with a reason, in little time, and with no word of it said again. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { base64, type Forgery, signedResponse } from '../../../test/support/saml-forge.ts'
import { openSamlParties, type SamlParties } from '../../../test/support/saml-parties.ts'
import { SamlRefused } from './types.ts'

let parties: SamlParties
beforeAll(async () => {
  parties = await openSamlParties()
})

const good = (changes: Partial<Forgery> = {}) => parties.good(changes)
const reasonOf = async (...question: Parameters<SamlParties['refusal']>) => (await parties.refusal(...question)).reason

describe('whatever is done to the text of an answer', () => {
  test('it is refused with a reason, or says what was signed and nothing else', async () => {
    const forgeries = [good(), good({ sign: 'both' }), good({ encryption: { certificate: parties.ours.key.certificate } })]
    const originals = forgeries.map((forgery) =>
      Buffer.from(signedResponse({ ...forgery, attributes: { groups: ['a', 'b'] } }), 'base64').toString(),
    )
    const taken = await Promise.all(originals.map((xml) => parties.read(base64(xml))))
    const place = fc.double({ min: 0, max: 1, noNaN: true })
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '/',
        '"',
        '&',
        ' ',
        '\r',
        '<a/>',
        '<!--',
        '-->',
        '<?x?>',
        '<![CDATA[',
        ']]>',
        '&amp;',
        '&#0;',
        ' ID="_x"',
        ' xmlns="urn:x"',
        '<saml:Assertion/>',
      ),
      fc.string({ maxLength: 5 }),
    )
    // What is between two places goes, comes twice, moves, or gives way to something else.
    const edit = fc.record({
      from: place,
      length: fc.integer({ min: 0, max: 400 }),
      to: place,
      how: fc.constantFrom('cut', 'copy', 'move', 'replace'),
      piece,
    })
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.array(edit, { minLength: 1, maxLength: 3 }), async (index, edits) => {
        const xml = edits.reduce(edited, originals[index] ?? '')
        const result = await parties.read(base64(xml)).catch((error: unknown) => error)
        if (result instanceof Error) expect(result).toBeInstanceOf(SamlRefused)
        else expect(result).toEqual(taken[index])
      }),
      { numRuns: 300 },
    )
  })
})

describe('what is no answer at all', () => {
  test.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['base64 that ends early', base64('<samlp:Response')],
    ['no XML', base64('hello')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x3c, 0x00]).toString('base64')],
    ['another message', base64('<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Version="2.0"/>')],
    ['two roots', base64('<a/><b/>')],
    ['text behind the end', base64('<a/>text')],
    ['an undeclared prefix', base64('<samlp:Response Version="2.0"/>')],
    ['thousands of levels', base64(`${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}`)],
    ['a control character', base64('<a>&#0;</a>')],
    ['half a character', base64('<a b="&#xD800;"/>')],
  ])('%s is refused', async (_what, answer) => {
    expect(await reasonOf(answer)).toBe('malformed')
  })

  test.each([
    ['text behind the end of a good answer', { tamper: (xml: string) => `${xml}text` }],
    ['text before it', { tamper: (xml: string) => `text${xml}` }],
    ['a prefix that nothing declares', { tamper: (xml: string) => xml.replace('</samlp:Status>', '<p:x/></samlp:Status>') }],
    ['an attribute with such a prefix', { tamper: (xml: string) => xml.replace('<samlp:Status>', '<samlp:Status p:x="">') }],
    ['a control character that the provider signed', { nameId: 'ada&#1;' }],
    ['a null character that the provider signed', { attributes: { groups: ['a&#0;b'] } }],
    // As bytes, over which a signature goes, half a character is the one that stands for what cannot be written.
    [
      'half a character where the provider signed \ufffd',
      { nameId: 'ada\ufffd', tamper: (xml: string) => xml.replace('\ufffd', '&#xD83E;') },
    ],
    ['a control character in the name of an attribute', { attributes: { 'a&#2;': ['b'] } }],
  ])('%s is refused: no database could keep it, or no two readers agree', async (_what, changes) => {
    expect(await reasonOf(signedResponse(good(changes)))).toBe('malformed')
  })

  test('what would keep the processor busy is refused before anybody looks for a signature', async () => {
    const beside = (what: string) => (xml: string) => xml.replace('<saml:Subject>', `${what}<saml:Subject>`)
    const many = (unit: (index: number) => string, count: number) => Array.from({ length: count }, (_, index) => unit(index)).join('')
    const prefixes = (xml: string) =>
      xml.replace(
        /(<Transform [^>]*xml-exc-c14n#")\/>/,
        `$1><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${many((index) => `p${index} `, 21)}"/></Transform>`,
      )
    const started = performance.now()
    expect(await reasonOf(signedResponse(good({ tamper: beside(many(() => '<saml:x/>', 20_000)) })))).toBe('too_large')
    expect(await reasonOf(signedResponse(good({ tamper: beside(`<saml:x ${many((index) => ` a${index}=""`, 65)}/>`) })))).toBe('malformed')
    expect(await reasonOf(signedResponse(good({ tamper: beside(`${'<saml:x>'.repeat(63)}${'</saml:x>'.repeat(63)}`) })))).toBe('malformed')
    expect(await reasonOf(signedResponse(good({ tamper: prefixes })))).toBe('signature')
    const listed = (count: number) => signedResponse(good({ inclusivePrefixes: Array.from({ length: count }, (_, index) => `p${index}`) }))
    expect([await reasonOf(listed(20)), await reasonOf(listed(21))]).toEqual(['accepted', 'signature'])
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('more than 256 KB is refused', async () => {
    expect(await reasonOf(base64(' '.repeat(256 * 1024 + 1)))).toBe('too_large')
    expect(await reasonOf('A'.repeat(10_000_000))).toBe('too_large')
  })

  test('no refusal has a word of the answer in it', async () => {
    for (const wrong of [
      { audience: 'https://shop.example.org' },
      { key: parties.strangerKey },
      { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
      { tamper: (xml: string) => xml.replace('ada@', '&ada@') },
    ]) {
      const error = await parties
        .read(signedResponse(good({ ...wrong, attributes: { secret: ['hunter2'] } })))
        .catch((refusal: Error) => refusal)
      const said = JSON.stringify(error, Object.getOwnPropertyNames(error))
      expect(said).toMatch(/"reason"/)
      expect(said).not.toMatch(/ada@|hunter2|shop\.example|SignatureValue/)
    }
  })
})

function edited(
  xml: string,
  { from, length, to, how, piece }: { from: number; length: number; to: number; how: string; piece: string },
): string {
  const start = Math.floor(from * xml.length)
  const [before, part, after] = [xml.slice(0, start), xml.slice(start, start + length), xml.slice(start + length)]
  const rest = how === 'copy' ? xml : before + after
  const target = Math.floor(to * rest.length)
  if (how === 'copy' || how === 'move') return rest.slice(0, target) + part + rest.slice(target)
  return how === 'cut' ? rest : before + piece + after
}
