import pg from 'pg'
import { type ApiError, invalid } from '../errors.ts'

/** The part of pg's Query and connection that a Submittable may use; the published types leave it out. */
interface QueryInternals {
  prepare(connection: Connection): void
  requiresPreparation(): boolean
  handleDataRow(message: { length: number }): void
  handleCommandComplete(message: unknown, connection: Connection): void
  handleReadyForQuery(connection: Connection): void
  handleError(error: Error, connection: Connection): void
  submit(connection: Connection): Error | null
}
interface Connection {
  bind(options: { portal: string; statement: string; values: readonly (string | null)[] }): void
  execute(options: { portal: string; rows: number }): void
}
type QueryConfig = { name: string | undefined; text: string; values: unknown[]; types: unknown }
type Callback = (error: Error | null, result?: { rows: unknown[] }) => void

const Query = pg.Query as unknown as new (config: QueryConfig, values: undefined, callback: Callback) => QueryInternals

/**
 * Bytes of one result. Rows may be as large as a request's body, and a page may hold thousands: a few such questions at once
 * would take more memory than the process has, and whoever asked nothing of the kind would lose their answers with it.
 */
const largestResult = 16 * 1024 * 1024

const tooLarge = (): ApiError =>
  invalid('The answer would be too large: ask for a smaller page, or narrow the question down', [
    `query: the answer would be larger than ${largestResult / 1024 / 1024} MiB`,
  ])

/**
 * A prepared statement that is preceded, in the same implicit transaction, by another prepared statement whose result is
 * thrown away: `Bind Execute Bind Describe Execute Sync`. pg offers no such thing (its pipeline mode sends a Sync after each
 * statement, which would end the transaction), but lets a Submittable write its own messages, as pg-cursor does.
 */
export class ScopedQuery extends Query {
  readonly #prefix: { name: string; values: readonly (string | null)[] }
  #prefixDone = false
  #bytes = 0

  constructor(prefix: { name: string; values: readonly (string | null)[] }, config: QueryConfig, callback: Callback) {
    super(config, undefined, callback)
    this.#prefix = prefix
  }

  override requiresPreparation(): boolean {
    return true
  }

  override prepare(connection: Connection): void {
    connection.bind({ portal: '', statement: this.#prefix.name, values: this.#prefix.values })
    connection.execute({ portal: '', rows: 0 })
    super.prepare(connection)
  }

  override handleDataRow(message: { length: number }): void {
    if (!this.#prefixDone) return
    this.#bytes += message.length
    // What still comes is read and dropped: the connection stays good.
    if (this.#bytes <= largestResult) super.handleDataRow(message)
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#prefixDone) super.handleCommandComplete(message, connection)
    this.#prefixDone = true
  }

  override handleReadyForQuery(connection: Connection): void {
    if (this.#bytes > largestResult) this.handleError(tooLarge(), connection)
    else super.handleReadyForQuery(connection)
  }
}
