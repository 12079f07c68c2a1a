/** One after the other; what goes wrong with one ends in an error, but only after the others. */
export async function eachOf<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = []
  for (const one of all) await act(one).catch((error: unknown) => errors.push(error))
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} of ${all.length} failed: ${errors[0]}`)
  if (errors.length === 1) throw errors[0]
}
