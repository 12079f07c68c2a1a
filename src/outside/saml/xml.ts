/**
 * XML as SAML needs it: no document types, no entities but the five, nothing that two readers could read differently.
 * The parser is @xmldom/xmldom, the one that signatures are verified with.
 */
import { createRequire } from 'node:module'
import { SamlRefused } from './types.ts'

export const saml = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const samlp = 'urn:oasis:names:tc:SAML:2.0:protocol'
export const md = 'urn:oasis:names:tc:SAML:2.0:metadata'
export const ds = 'http://www.w3.org/2000/09/xmldsig#'
export const xenc = 'http://www.w3.org/2001/04/xmlenc#'

interface XmlNode {
  readonly nodeType: number
  readonly nodeName: string
  readonly nodeValue: string | null
  readonly namespaceURI?: string | null
  readonly parentNode: XmlNode | null
  readonly firstChild: XmlNode | null
  readonly nextSibling: XmlNode | null
}

export interface XmlElement extends XmlNode {
  readonly localName: string
  readonly attributes: ArrayLike<XmlNode & { readonly localName: string }>
  /** Of all that is inside, without comments. */
  readonly textContent: string
  hasAttribute(name: string): boolean
  getAttribute(name: string): string
}

/** What reads it later calls itself for every level, and looks at everything several times before anybody's signature is verified. */
const limits = { depth: 64, elements: 10_000, attributes: 64 }

/**
 * The root element.
 *
 * @throws {SamlRefused} doctype, comment (also for processing instructions, unless `comments` are ignored), too_large (more than
 *   10,000 elements), malformed
 */
export function parseXml(text: string, { comments }: { comments: 'refused' | 'ignored' }): XmlElement {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new SamlRefused('doctype', 'The XML has a document type, which is not accepted.')
  const top = parsed(text)
  const roots = childNodes(top).filter(isElement)
  const [root] = roots
  if (!root || roots.length > 1) throw malformed()
  for (const node of childNodes(top)) {
    const isDeclaration = node.nodeType === processingInstruction && node.nodeName === 'xml'
    if (node !== root && !isDeclaration) checkNode(node, comments, false)
  }
  const open: [XmlElement, number][] = [[root, 1]]
  let count = 0
  for (let next = open.pop(); next; next = open.pop()) {
    const [element, depth] = next
    count += 1
    if (count > limits.elements) throw new SamlRefused('too_large', `The XML has more than ${limits.elements} elements.`)
    if (depth > limits.depth || element.attributes.length > limits.attributes) throw malformed()
    checkElement(element)
    for (const node of childNodes(element)) {
      checkNode(node, comments, true)
      if (isElement(node)) open.push([node, depth + 1])
    }
  }
  return root
}

/** The elements directly inside. */
export const elementsIn = (parent: XmlElement): XmlElement[] => childNodes(parent).filter(isElement)

export const childrenOf = (parent: XmlElement, namespace: string, name: string): XmlElement[] =>
  elementsIn(parent).filter((child) => is(child, namespace, name))

export const parentOf = ({ parentNode }: XmlElement): XmlElement | undefined =>
  parentNode && isElement(parentNode) ? parentNode : undefined

export const is = (element: XmlElement, namespace: string, name: string): boolean =>
  element.localName === name && element.namespaceURI === namespace

/** The element itself and all inside it, in the order of the document. */
export function elementsBelow(root: XmlElement): XmlElement[] {
  const found: XmlElement[] = []
  const open = [root]
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next)
    open.push(...elementsIn(next).reverse())
  }
  return found
}

/** The text of an element; null when there are elements in it. White space around it means nothing. */
export const textOf = (element: XmlElement): string | null => (elementsIn(element).length > 0 ? null : element.textContent.trim())

/** White space around it means nothing: undefined when there is no such attribute, or nothing in it. */
export const attributeOf = (element: XmlElement, name: string): string | undefined => element.getAttribute(name).trim() || undefined

export const escapeXml = (text: string): string => text.replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)

const elementNode = 1
const textNodes = [3, 4] // text and CDATA
const processingInstruction = 7
const commentNode = 8

const isElement = (node: XmlNode): node is XmlElement => node.nodeType === elementNode

function childNodes(parent: XmlNode): XmlNode[] {
  const nodes: XmlNode[] = []
  for (let node = parent.firstChild; node; node = node.nextSibling) nodes.push(node)
  return nodes
}

/** What XML does not allow, and the database could not keep either: control characters and halves of characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u

function checkNode(node: XmlNode, comments: 'refused' | 'ignored', textAllowed: boolean): void {
  if (isElement(node)) return
  if (textNodes.includes(node.nodeType)) {
    const text = node.nodeValue ?? ''
    if (notXml.test(text) || (!textAllowed && text.trim() !== '')) throw malformed()
  } else if (node.nodeType === commentNode || node.nodeType === processingInstruction) {
    if (comments === 'refused') throw new SamlRefused('comment', 'The XML has a comment in it, which is not accepted.')
  } else throw malformed()
}

/** The parser lets prefixes pass that nothing declares. */
function checkElement(element: XmlElement): void {
  for (const named of [element, ...Array.from(element.attributes)]) {
    if (named.nodeName.includes(':') && !named.namespaceURI) throw malformed()
    if (notXml.test(named.nodeName) || notXml.test(named.nodeValue ?? '')) throw malformed()
  }
}

const malformed = () => new SamlRefused('malformed', 'What was sent is not well-formed XML.')

/** What the parser complains of has pieces of the text in it, so it goes no further. */
function parsed(text: string): XmlNode {
  // It leaves out what stands before the first element.
  if (!/^\s*</.test(text)) throw malformed()
  const { DOMParser } = xmldom()
  try {
    const onProblem = (_level: string, problem: unknown) => {
      throw new Error(String(problem))
    }
    return new DOMParser({ errorHandler: onProblem }).parseFromString(text, 'text/xml')
  } catch {
    throw malformed()
  }
}

interface Xmldom {
  DOMParser: new (options: {
    errorHandler: (level: string, problem: unknown) => void
  }) => {
    parseFromString(text: string, type: string): XmlNode
  }
}

/** Only when somebody asks. Not by `import`: the package's types would bring everything that a browser knows into this project. */
const xmldom = (): Xmldom => createRequire(import.meta.url)('@xmldom/xmldom')
