/** `npm run costs -- import …`: bills from the disk, with their progress, and what became of each month. */
import { basename } from 'node:path'
import { openJobSource } from '../../src/costs/import/open-source.ts'
import { type ImportOutcome, runImport } from '../../src/costs/import/run-import.ts'
import { openPostgresStore } from '../../src/costs/postgres/store.ts'
import type { Database } from '../../src/db/pool.ts'
import {
  type Begun,
  beginCommand,
  CommandRefused,
  findEnd,
  giveUpCommand,
  listBrought,
} from '../../src/domains/cloud-cost-imports/command.ts'
import type { MonthRow } from '../../src/domains/cloud-cost-imports/queries.ts'
import { settleImport } from '../../src/domains/cloud-cost-imports/run.ts'
import { Memory } from '../../src/formats/billing/intern.ts'
import { readBill } from '../../src/formats/billing/read.ts'
import { openAddressGuard } from '../../src/outside/address-guard.ts'
import { openBar } from './progress-bar.ts'

export interface ImportOptions {
  organization?: string | undefined
  account?: string | undefined
  create?: boolean | undefined
  provider?: string | undefined
  month?: string | undefined
  force?: boolean | undefined
}

type Screen = Parameters<typeof openBar>[0]

/** It began and did not come to its end; what it brought until then was printed. */
export class ImportBroken extends Error {}

/**
 * @returns whether readers see everything that there was
 * @throws ImportBroken; anything else before it began, and nothing was changed then
 */
export async function importBills(
  database: Database,
  paths: readonly string[],
  options: ImportOptions,
  { screen, print, signal }: { screen: Screen; print: (line: string) => void; signal?: AbortSignal },
): Promise<boolean> {
  const { organization, account, create, provider } = options
  if (organization === undefined || account === undefined) throw new CommandRefused('say where they belong: --organization and --account')
  if (paths.length === 0) throw new CommandRefused('say which files or folders hold the bills')
  if (create && provider === undefined) throw new CommandRefused('--create needs --provider, such as aws, azurerm or google')
  const sourceName = paths.length === 1 ? basename(paths[0] ?? '') : `${paths.length} files and folders`
  const begun = await beginCommand(database, { ...options, organization, account, sourceName, create: create ? provider : undefined })
  const bar = openBar(screen)
  let outcome: ImportOutcome | undefined
  let broken: ImportBroken | undefined
  try {
    outcome = await carryOut(database, begun, paths, bar.show, signal)
  } catch (error) {
    broken = signal?.aborted
      ? new ImportBroken('It was interrupted: what is shown above stays, and the same command goes on where it was')
      : new ImportBroken(`It did not come to its end, and what is shown above stays: ${(error as Error).message}`, { cause: error })
    await giveUpCommand(database, begun)
  } finally {
    bar.end()
  }
  await settleImport({ database }, begun)
  for (const line of tableOf(await listBrought(database, begun))) print(line)
  if (broken) throw broken
  if (outcome) print(outcome.message)
  else print(`It was ended by somebody else: ${(await findEnd(database, begun)) ?? 'the account was deleted'}`)
  for (const problem of outcome?.problems ?? []) print(`- ${problem}`)
  return outcome?.status === 'succeeded'
}

function carryOut(
  database: Database,
  { organizationId, importId }: Begun,
  paths: readonly string[],
  onChange: ReturnType<typeof openBar>['show'],
  signal: AbortSignal | undefined,
): Promise<ImportOutcome | undefined> {
  const store = openPostgresStore()
  const deps = { scope: { database, organizationId }, store, guard: openAddressGuard({ allowed: [] }) }
  return runImport(
    { database, store, readBill, newMemory: () => new Memory() },
    { organizationId, importId, open: (row) => openJobSource(deps, { kind: 'files', paths: [...paths] }, row), onChange, signal },
  )
}

const states: Record<string, string> = { active: 'shown', refused: 'refused', loading: 'unfinished', replaced: 'not used' }

export function tableOf(months: readonly Pick<MonthRow, 'period' | 'lines' | 'currency' | 'billed' | 'state' | 'message'>[]): string[] {
  if (months.length === 0) return []
  const rows = months.map(({ period, lines, currency, billed, state, message }) => [
    period.slice(0, 7),
    lines.toLocaleString('en'),
    currency,
    Number(billed).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    states[state] ?? state,
    message,
  ])
  const all = [['month', 'lines', 'currency', 'billed', 'state', ''], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const isNumber = (column: number) => column === 1 || column === 3
  return all.map((row) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
