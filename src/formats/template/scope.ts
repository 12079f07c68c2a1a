/** The variables that can be seen at a place of a template, by their places in the list of values at run time. `$` is the first. */
export class Scope {
  readonly #names: string[] = ['']
  readonly #slots = new Map<string, number[]>([['', [0]]])
  #lowest = Number.POSITIVE_INFINITY

  get size(): number {
    return this.#names.length
  }

  declare(name: string): number {
    const slot = this.#names.push(name) - 1
    const slots = this.#slots.get(name)
    if (slots) slots.push(slot)
    else this.#slots.set(name, [slot])
    return slot
  }

  /** The innermost variable of the name, or undefined. */
  find(name: string): number | undefined {
    const slot = this.#slots.get(name)?.at(-1)
    if (slot !== undefined && slot > 0) this.#lowest = Math.min(this.#lowest, slot)
    return slot
  }

  /** Forgets the variables from a place on. */
  leave(size: number): void {
    while (this.#names.length > size) this.#slots.get(this.#names.pop() ?? '')?.pop()
  }

  /** Runs `read`, and says which variable of the lowest place it found, `$` aside. */
  watch<T>(read: () => T): { result: T; lowest: number } {
    this.#lowest = Number.POSITIVE_INFINITY
    const result = read()
    return { result, lowest: this.#lowest }
  }
}
