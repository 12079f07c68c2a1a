/** `npm run provider-schemas -- <command>`: what Terraform providers can do, for listings, validation and conversion. */
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { ConfigError } from '../src/config-reader.ts'
import type { Database } from '../src/db/pool.ts'
import { importedProviders, importPrint, removeProvider, versionsOf } from '../src/domains/code-generation/import.ts'
import { PrintError, readPrint } from '../src/domains/code-generation/print.ts'
import { withDatabase } from './with-database.ts'

const usage = `npm run provider-schemas -- <command>

  import <file>       import the output of \`terraform providers schema -json\`: a file, packed by gzip or not, or - for
                      what is piped in. Providers that were imported before are replaced, each at once.
      --provider-version <version>   of the provider, when the file has one; otherwise <name>=<version>, as often as needed
      --lock <file>                  a .terraform.lock.hcl with the versions; one beside the file is found by itself
  list                what was imported
  remove <provider>   forget a provider, named as \`list\` does

The database is that of DATABASE_URL, or the embedded one in TROCHOID_HOME while no server runs there.`

const print = (line: string) => console.log(line)

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'provider-version': { type: 'string', multiple: true }, lock: { type: 'string' } },
  })
  const [command, subject, ...more] = positionals
  if (more.length > 0) return false
  const run = commandOf(command, subject, values)
  if (!run) return false
  await run
  return true
}

type Values = { 'provider-version'?: string[]; lock?: string }

function commandOf(command: string | undefined, subject: string | undefined, values: Values): Promise<void> | undefined {
  if (command === 'import' && subject !== undefined) return importFile(subject, values)
  if (command === 'list' && subject === undefined) return inDatabase(list)
  if (command === 'remove' && subject !== undefined) return inDatabase((database) => remove(database, subject))
  return undefined
}

async function importFile(file: string, { 'provider-version': given = [], lock }: Values): Promise<void> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  const read = await readPrint(input as AsyncIterable<Uint8Array>, showProgress)
  endProgress()
  const sources = read.providers.map(({ source }) => source)
  const beside = join(dirname(file), '.terraform.lock.hcl')
  const lockFile = lock ?? (file !== '-' && existsSync(beside) ? beside : undefined)
  const versions = new Map(lockFile ? await versionsOf(readFileSync(lockFile, 'utf8')) : [])
  for (const text of given) for (const [source, version] of versionFor(text, sources)) versions.set(source, version)
  await inDatabase(async (database) => {
    await importPrint(database, read, versions, ({ source, canonical, version, resources, dataSources, skipped }) => {
      print(`${source} ${version}: ${resources} resources and ${dataSources} data sources, as ${canonical}`)
      if (skipped.length > 0) print(`  left out, because no URL can name them: ${skipped.join(', ')}`)
    })
  })
}

function versionFor(text: string, sources: readonly string[]): [string, string][] {
  const [, name, version] = /^(.+)=(.+)$/.exec(text) ?? []
  const matching = name === undefined ? sources : sources.filter((source) => source === name || source.endsWith(`/${name}`))
  if (name === undefined && sources.length > 1)
    throw new PrintError(`The file has ${sources.length} providers: say --provider-version <name>=<version> (${sources.join(', ')})`)
  if (matching.length === 0) throw new PrintError(`The file has no provider ${name}; it has ${sources.join(', ')}`)
  return matching.map((source) => [source, version ?? text])
}

let shownAt = 0
/** On a terminal, a line that is written over. */
function showProgress(bytes: number, blocks: number): void {
  if (!process.stderr.isTTY || Date.now() - shownAt < 100) return
  shownAt = Date.now()
  process.stderr.write(`\r${(bytes / 2 ** 20).toFixed(1)} MB read, ${blocks} resources and data sources `)
}
const endProgress = () => {
  if (shownAt > 0) process.stderr.write('\r\x1b[K')
}

async function list(database: Database): Promise<void> {
  const providers = await importedProviders(database)
  for (const { canonical, source, version } of providers) print(`${canonical}  ${source} ${version}`)
  if (providers.length === 0) print('Nothing was imported yet.')
}

async function remove(database: Database, canonical: string): Promise<void> {
  if (!(await removeProvider(database, canonical))) throw new PrintError(`There is no provider ${canonical}: see \`list\``)
  print(`${canonical} is forgotten.`)
}

const inDatabase = (run: (database: Database) => Promise<void>): Promise<void> => withDatabase(readConfig(process.env), run)

try {
  if (!(await main())) {
    console.error(usage)
    process.exitCode = 2
  }
} catch (error) {
  if (!(error instanceof Error)) throw error
  endProgress()
  const { code } = error as { code?: unknown }
  const isUsage = typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
  if (isUsage) console.error(usage)
  else if (code === '42P01') console.error(`${error.message} (run \`npm run migrate\` first)`)
  else
    console.error(error instanceof ConfigError || error instanceof PrintError ? error.message : `Nothing more was done: ${error.message}`)
  process.exitCode = isUsage ? 2 : 1
}
// The thread that reads lock files would keep the process.
process.exit()
