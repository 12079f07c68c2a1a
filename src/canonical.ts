import { invalid } from './errors.ts'

/**
 * The canonical a name gets when the caller gives none: "My Éclair 2" becomes `my-eclair-2`.
 * @throws Invalid when too little is left of the name to make one of `min` characters
 */
export function canonicalOf(name: string, min = 3): string {
  const canonical = foldedName(name)
  if (canonical.length < min)
    throw invalid(`No canonical can be made from the name "${name.slice(0, 100)}": give one`, [
      `body.canonical: cannot be derived from the name, which has fewer than ${min} letters or digits`,
    ])
  return canonical
}

/** As the API takes them, for what does not come through it. */
export const isCanonical = (text: string): boolean => text.length <= 100 && /^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/.test(text)

/** What is left of a name in the alphabet of canonicals; empty when nothing is. */
export const foldedName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 100)
    .replace(/^[-_]+|[-_]+$/g, '')
