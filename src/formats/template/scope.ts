/** The variables that can be seen at a place of a template, by their places in the list of values at run time. `$` is the first. */
export class Scope {
  readonly #names: string[] = ['']
  #lowest = Number.POSITIVE_INFINITY

  get size(): number {
    return this.#names.length
  }

  declare(name: string): number {
    this.#names.push(name)
    return this.#names.length - 1
  }

  /** The innermost variable of the name, or undefined. */
  find(name: string): number | undefined {
    const slot = this.#names.lastIndexOf(name)
    if (slot < 0) return undefined
    if (slot > 0) this.#lowest = Math.min(this.#lowest, slot)
    return slot
  }

  leave(size: number): void {
    this.#names.length = size
  }

  /** Runs `read`, and says which variable of the lowest place it found, `$` aside. */
  watch<T>(read: () => T): { result: T; lowest: number } {
    this.#lowest = Number.POSITIVE_INFINITY
    const result = read()
    return { result, lowest: this.#lowest }
  }
}
