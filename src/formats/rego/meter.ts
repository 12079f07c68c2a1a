/** Counts work that has no evaluation at hand: comparing, hashing and ordering, all of which hostile policies can make long. */
interface Meter {
  step(cost?: number): void
}

let current: Meter | undefined

export function charge(cost = 1): void {
  current?.step(cost)
}

/** Everything in here is synchronous, so that nobody else's work is counted. */
export function metered<T>(meter: Meter, run: () => T): T {
  const outer = current
  current = meter
  try {
    return run()
  } finally {
    current = outer
  }
}
