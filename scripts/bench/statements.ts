/** The SQL that the product itself sends, taken from its own query functions, for the bare server to send too. */
import { type CompiledQuery, DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { DB } from '../../src/db/database.ts'
import { OrgTx } from '../../src/db/organization-tx.ts'
import type { Database } from '../../src/db/pool.ts'
import { listProjects } from '../../src/domains/projects/queries.ts'

export async function listStatement(organizationId: number, userId: number): Promise<{ text: string; values: unknown[] }> {
  const sent: CompiledQuery[] = []
  const db = new Kysely<DB>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => void sent.push(query),
  })
  const recording = { read: (_: unknown, run: (db: Kysely<DB>) => Promise<unknown>) => run(db) } as unknown as Database
  const scope = { kind: 'organization', organizationId, accountId: userId, subjects: [], epoch: null } as const
  const everything = { prefix: 'organization:bench', expressions: undefined, ownerId: userId, owned: [] }
  await OrgTx.read(recording, scope, (tx) =>
    listProjects(tx, { page_index: 1, page_size: 20 }, [], { projects: everything, components: everything }, userId),
  )
  const [query] = sent
  if (!query) throw new Error('the list sent no statement')
  return { text: query.sql, values: [...query.parameters] }
}
