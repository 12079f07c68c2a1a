import { SamlRefused } from './types.ts'
import { ds, elementsBelow, is, parentOf, saml, type XmlElement } from './xml.ts'

/**
 * The only assertion, encrypted or not, of a response, or of what was in an encrypted one (where it is the root).
 *
 * Signature wrapping needs a second element that is read in place of the signed one. There is none: whatever its namespace, only one
 * thing in the document is called an assertion and it stands where it belongs, ids are unique, and signatures are only where they say
 * something about the response or that assertion.
 *
 * @throws {SamlRefused} wrapping, malformed when there is none
 */
export function onlyAssertion(root: XmlElement): XmlElement {
  const all = elementsBelow(root)
  const [assertion, ...more] = all.filter(({ localName }) => /^(Encrypted)?Assertion$/i.test(localName))
  if (!assertion) throw new SamlRefused('malformed', 'The answer of your identity provider has no assertion in it.')
  const isNamedWell = is(assertion, saml, 'Assertion') || is(assertion, saml, 'EncryptedAssertion')
  const isPlacedWell = assertion === root || parentOf(assertion) === root
  if (more.length > 0 || !isNamedWell || !isPlacedWell || !haveOwnIds(all)) throw wrapped()
  for (const signature of all.filter(({ localName }) => /^Signature$/i.test(localName))) {
    const signed = parentOf(signature)
    if (!is(signature, ds, 'Signature') || (signed !== root && signed !== assertion)) throw wrapped()
  }
  return assertion
}

export const wrapped = () =>
  new SamlRefused(
    'wrapping',
    'What your identity provider signed is not what its answer says: the answer was put together by somebody else.',
  )

function haveOwnIds(elements: XmlElement[]): boolean {
  const ids = elements.flatMap(({ attributes }) =>
    Array.from(attributes)
      .filter(({ localName }) => localName.toLowerCase() === 'id')
      .map(({ nodeValue }) => nodeValue),
  )
  return new Set(ids).size === ids.length
}
