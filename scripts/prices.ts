/** `npm run prices -- <command>`: the price lists that estimates use. */
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { ConfigError } from '../src/config-reader.ts'
import { AccountTx } from '../src/db/account-tx.ts'
import type { Database } from '../src/db/pool.ts'
import { BookRefused, pruneBooks } from '../src/domains/cost-estimation/books/books.ts'
import { listAllBooks } from '../src/domains/cost-estimation/books/queries.ts'
import { FormatError } from '../src/formats/format-error.ts'
import { readFeed } from './prices/import.ts'
import { withDatabase } from './with-database.ts'

const usage = `npm run prices -- <command>

  import --provider aws|azurerm|google --file <path|->    read a price list: an AWS offer (CSV or JSON), pages of Azure's
                                                          retail prices, pages of Google's SKUs; .gz is unpacked
  import --provider aws|azurerm|google --url <address>    the same from the network; further pages are followed on that host
  import --provider azurerm --network [--service "Virtual Machines"] [--region westeurope]
                                                          Azure's public price list
    --scope <text>      which book it replaces, such as AmazonEC2/eu-west-1; otherwise the name of the file, or service and region
    --published <date>  the day of the prices, where the file does not say
    --force             take it even if it has far more or fewer rates than the last one
  list                  which books there are; * marks those that estimates use
  prune                 remove older books (the newest two of each are kept) and what broken imports left

The database is that of DATABASE_URL, or the embedded one in TROCHOID_HOME while no server runs there. An import replaces a book at
once and as a whole; the service may run meanwhile. The key for Google's catalogue is read from GOOGLE_API_KEY.`

const print = (line: string) => console.log(line)

async function list(database: Database): Promise<void> {
  const books = await AccountTx.read(database, { kind: 'platform' }, listAllBooks)
  for (const { id, active, provider, scope, version, published_at, products, rates } of books)
    print(
      `${active ? '*' : ' '} ${String(id).padStart(5)}  ${provider.padEnd(8)} ${scope.padEnd(36)} ${published_at.toISOString().slice(0, 10)}  ${version}  ${products} products, ${rates} rates`,
    )
  if (books.length === 0) print('There are no prices yet: they come with the first start, or with `import`.')
}

async function prune(database: Database): Promise<void> {
  const gone = await pruneBooks(database)
  print(gone.length === 0 ? 'There was nothing to remove.' : `Removed: ${gone.join(', ')}.`)
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      provider: { type: 'string' },
      file: { type: 'string' },
      url: { type: 'string' },
      network: { type: 'boolean' },
      service: { type: 'string' },
      region: { type: 'string' },
      scope: { type: 'string' },
      published: { type: 'string' },
      force: { type: 'boolean' },
    },
  })
  const [command, ...more] = positionals
  const commands: Record<string, (database: Database) => Promise<void>> = {
    import: (database) => readFeed(database, values, process.env.GOOGLE_API_KEY, print),
    list,
    prune,
  }
  const run = command === undefined ? undefined : Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!run || more.length > 0) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  await withDatabase(readConfig(process.env), run)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Error)) throw error
  if ((error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') console.error(`${error.message}\n\n${usage}`)
  else if (error instanceof ConfigError) console.error(error.message)
  else if (error instanceof BookRefused || error instanceof FormatError)
    console.error(`Not imported, the old prices stay: ${error.message}`)
  else console.error(`Nothing was changed: ${error.message}`)
  process.exitCode = 1
}
