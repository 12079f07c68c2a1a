import { createHash } from 'node:crypto'
import { parse } from 'papaparse'
import { describe, expect, it } from 'vitest'
import { applications, type BillOptions, generateBill, header } from './bill-generator.ts'

async function textOf(options: BillOptions): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of generateBill(options).bytes()) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('generated bills', () => {
  it('are the same for the same seed, and others for others', async () => {
    const first = digestOf(await textOf({ lines: 5000, seed: 3 }))
    expect(digestOf(await textOf({ lines: 5000, seed: 3 }))).toBe(first)
    expect(digestOf(await textOf({ lines: 5000, seed: 4 }))).not.toBe(first)
  })

  it('have the columns of the sample, and as many lines as were asked for', async () => {
    for (const lines of [0, 1, 149, 1000, 4321]) {
      const { data } = parse<string[]>((await textOf({ lines })).trimEnd())
      expect(data).toHaveLength(lines + 1)
      expect(new Set(data.map((row) => row.length))).toEqual(new Set([44]))
    }
    expect(header.split(',')).toHaveLength(44)
  })

  it('tell the sums that their lines have', async () => {
    const bill = generateBill({ lines: 6000, seed: 9, month: '2026-02', currency: 'EUR' })
    const { data } = parse<Record<string, string>>((await textOf({ lines: 6000, seed: 9, month: '2026-02', currency: 'EUR' })).trimEnd(), {
      header: true,
    })
    const units = (text = '0') => BigInt(text.replace('.', ''))
    const by = (key: (line: Record<string, string>) => string) => {
      const sums = new Map<string, { lines: number; billed: bigint; effective: bigint }>()
      for (const line of data) {
        const sum = sums.get(key(line)) ?? { lines: 0, billed: 0n, effective: 0n }
        sum.lines++
        sum.billed += units(line['BilledCost'])
        sum.effective += units(line['EffectiveCost'])
        sums.set(key(line), sum)
      }
      return sums
    }
    const asUnits = (sums: ReadonlyMap<string, { lines: number; billed: string; effective: string }>) =>
      new Map([...sums].map(([key, { lines, billed, effective }]) => [key, { lines, billed: units(billed), effective: units(effective) }]))
    const totals = bill.totals()
    expect(asUnits(totals.services)).toEqual(by((line) => line['ServiceName'] ?? ''))
    expect(asUnits(totals.accounts)).toEqual(by((line) => line['SubAccountId'] ?? ''))
    expect(asUnits(totals.days)).toEqual(by((line) => (line['ChargePeriodStart'] ?? '').slice(0, 10)))
    expect(asUnits(totals.categories)).toEqual(by((line) => line['ChargeCategory'] ?? ''))
    expect(asUnits(totals.applications)).toEqual(by((line) => (line['Tags'] === 'NULL' ? '' : JSON.parse(line['Tags'] ?? '').application)))
    expect(totals.days.size).toBe(28)
    expect(new Set(data.map((line) => line['BillingCurrency']))).toEqual(new Set(['EUR']))
    expect([...totals.applications.keys()].filter((name) => name !== '').every((name) => applications.includes(name))).toBe(true)
  })

  it('name each tagged resource by itself', () => {
    const { names } = generateBill({ lines: 200_000 })
    expect(names.length).toBeGreaterThan(20)
    expect(new Set(names).size).toBe(names.length)
  })
})
