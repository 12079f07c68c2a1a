/** The keys that stand in addresses. As the API makes and checks them: src/canonical.ts, and the patterns of the document. */
export { foldedName as suggestedCanonical } from '../../../src/canonical.ts'

const fits = (pattern: RegExp) => (text: string) => text.length <= 100 && pattern.test(text)

export const isCanonical = fits(/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/)

/** Of a project: one character is enough. */
export const isProjectCanonical = fits(/^[a-z0-9]+([a-z0-9\-_]*[a-z0-9]+)?$/)

/** Environments and components may have capitals and dots too. */
export const isPlaceCanonical = fits(/^[\da-zA-Z](?:[\da-zA-Z\-._]*[\da-zA-Z])?$/)
