import pg from 'pg'

/** The part of pg's Query and connection that a Submittable may use; the published types leave it out. */
interface QueryInternals {
  prepare(connection: Connection): void
  requiresPreparation(): boolean
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, connection: Connection): void
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
 * A prepared statement that is preceded, in the same implicit transaction, by another prepared statement whose result is
 * thrown away: `Bind Execute Bind Describe Execute Sync`. pg offers no such thing (its pipeline mode sends a Sync after each
 * statement, which would end the transaction), but lets a Submittable write its own messages, as pg-cursor does.
 */
export class ScopedQuery extends Query {
  readonly #prefix: { name: string; values: readonly (string | null)[] }
  #prefixDone = false

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

  override handleDataRow(message: unknown): void {
    if (this.#prefixDone) super.handleDataRow(message)
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#prefixDone) super.handleCommandComplete(message, connection)
    this.#prefixDone = true
  }
}
