/**
 * Are there values inside of more than so many lists and objects? Level by level: JSON.stringify calls itself, and what a body
 * of a megabyte can nest would exhaust the stack.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
}
