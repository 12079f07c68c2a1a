/** Formats of the document that JSON Schema does not know. */
const integer = (min: number, max: number) => ({
  type: 'number' as const,
  validate: (value: number) => Number.isInteger(value) && value >= min && value <= max,
})

export const canonicalFormats = {
  uint32: integer(0, 2 ** 32 - 1),
  // Doubles are exact to 2^53: no number that a client means to send is larger, and none that is larger would come through.
  uint64: integer(0, Number.MAX_SAFE_INTEGER),
  int64: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
}
