import pg from 'pg'
import { type ApiError, invalid } from '../errors.ts'

/** The part of pg's Query and connection that a Submittable may use; the published types leave it out. */
interface QueryInternals {
  prepare(connection: Connection): void
  requiresPreparation(): boolean
  handleDataRow(message: { length: number }): void
  _getRows(connection: Connection): void
  handleCommandComplete(message: { text: string }, connection: Connection): void
  handleReadyForQuery(connection: Connection): void
  handleError(error: Error, connection: Connection): void
  submit(connection: Connection): Error | null
}
interface Connection {
  bind(options: { portal: string; statement: string; values: readonly (string | null)[] }): void
  execute(options: { portal: string; rows: number }): void
  sync(): void
}
type QueryConfig = { name: string | undefined; text: string; values: unknown[]; types: unknown }
type Callback = (error: Error | null, result?: { rows: unknown[]; rowCount: number | null }) => void

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

/** A statement that is prepared on the connection already, with values as text. */
export interface Prepared {
  name: string
  values: readonly (string | null)[]
}

/**
 * A prepared statement between others, all before one Sync: `Bind Execute … Bind Describe Execute … Sync`. The results of the
 * others are thrown away. Without `begin` and `commit` among them, what stands before one Sync is a transaction of its own.
 * pg offers no such thing (its pipeline mode sends a Sync, and so gets a packet back, for each statement), but lets a
 * Submittable write its own messages, as pg-cursor does.
 */
export class ScopedQuery extends Query {
  readonly #before: readonly Prepared[]
  readonly #after: Prepared | undefined
  #completed = 0
  #bytes = 0
  /** The tag of the statement after, such as COMMIT, or ROLLBACK when the transaction had failed. */
  ended: string | undefined

  constructor(before: readonly Prepared[], config: QueryConfig, callback: Callback, after?: Prepared) {
    super(config, undefined, callback)
    this.#before = before
    this.#after = after
  }

  override requiresPreparation(): boolean {
    return true
  }

  override prepare(connection: Connection): void {
    for (const statement of this.#before) execute(connection, statement)
    super.prepare(connection)
  }

  /** pg's way to run what it has bound; the Sync has to come behind the statement after. */
  override _getRows(connection: Connection): void {
    connection.execute({ portal: '', rows: 0 })
    if (this.#after) execute(connection, this.#after)
    connection.sync()
  }

  override handleDataRow(message: { length: number }): void {
    if (this.#completed !== this.#before.length) return
    this.#bytes += message.length
    // What still comes is read and dropped: the connection stays good.
    if (this.#bytes <= largestResult) super.handleDataRow(message)
  }

  override handleCommandComplete(message: { text: string }, connection: Connection): void {
    const done = this.#completed++
    if (done === this.#before.length) super.handleCommandComplete(message, connection)
    else if (done > this.#before.length) this.ended = message.text
  }

  override handleReadyForQuery(connection: Connection): void {
    if (this.#bytes > largestResult) this.handleError(tooLarge(), connection)
    else super.handleReadyForQuery(connection)
  }
}

function execute(connection: Connection, { name, values }: Prepared): void {
  connection.bind({ portal: '', statement: name, values })
  connection.execute({ portal: '', rows: 0 })
}
