/** Sums of generated bills. */

export interface Sum {
  readonly lines: number
  readonly billed: string
  readonly effective: string
}

/** 10⁻¹¹ as a decimal with eleven places. */
export function decimal(units: number | bigint): string {
  const digits = String(units < 0 ? -units : units).padStart(12, '0')
  return `${units < 0 ? '-' : ''}${digits.slice(0, -11)}.${digits.slice(-11)}`
}

/** Sums that overflow no integer: what is safe is kept as a number, and carried over when it grows. */
export class Table {
  readonly #parts = new Map<string, { lines: number; billed: number; effective: number; carried: [bigint, bigint] }>()
  add(key: string, billed: number, effective: number): void {
    const part = this.#parts.get(key) ?? { lines: 0, billed: 0, effective: 0, carried: [0n, 0n] as [bigint, bigint] }
    if (part.lines === 0) this.#parts.set(key, part)
    part.lines++
    part.billed += billed
    part.effective += effective
    if (Math.abs(part.billed) < 4e15 && Math.abs(part.effective) < 4e15) return
    part.carried = [part.carried[0] + BigInt(part.billed), part.carried[1] + BigInt(part.effective)]
    part.billed = part.effective = 0
  }
  sums(): Map<string, Sum> {
    const sum = ({
      lines,
      billed,
      effective,
      carried,
    }: {
      lines: number
      billed: number
      effective: number
      carried: [bigint, bigint]
    }): Sum => ({
      lines,
      billed: decimal(carried[0] + BigInt(billed)),
      effective: decimal(carried[1] + BigInt(effective)),
    })
    return new Map([...this.#parts].map(([key, part]) => [key, sum(part)]))
  }
}
