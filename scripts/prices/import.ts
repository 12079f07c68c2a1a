/** From a file or an address to a book of prices. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Database } from '../../src/db/pool.ts'
import { BookRefused, importBook } from '../../src/domains/cost-estimation/books/books.ts'
import { awsCsvRates } from '../../src/formats/prices/aws-csv.ts'
import { awsJsonRates } from '../../src/formats/prices/aws-json.ts'
import { azureRates } from '../../src/formats/prices/azure.ts'
import { googleRates } from '../../src/formats/prices/google.ts'
import type { NormalisedRate, Publication, TextStream } from '../../src/formats/prices/types.ts'
import { azureAddress, pagesFrom } from './network.ts'

export interface ImportOptions {
  provider?: string
  file?: string
  url?: string
  network?: boolean
  service?: string
  region?: string
  scope?: string
  published?: string
  force?: boolean
}

const providers = ['aws', 'azurerm', 'google'] as const
type Provider = (typeof providers)[number]

export async function readFeed(
  database: Database,
  options: ImportOptions,
  googleKey: string | undefined,
  print: (line: string) => void,
): Promise<void> {
  const provider = providers.find((one) => one === options.provider)
  if (!provider) throw new BookRefused(`--provider must be one of ${providers.join(', ')}`)
  const source = sourceOf(provider, options, googleKey)
  const published = options.published === undefined ? undefined : new Date(options.published)
  if (published && Number.isNaN(published.getTime())) throw new BookRefused(`--published: ${options.published} is no date`)
  const hash = createHash('sha256')
  const about: Publication = {}
  let bytes = 0
  const counted = (async function* () {
    for await (const piece of source.text) {
      hash.update(piece)
      bytes += Buffer.byteLength(piece)
      yield piece
    }
  })()
  const started = performance.now()
  const speed = () => `${(bytes / 2 ** 20).toFixed(1)} MB, ${(bytes / 2 ** 20 / ((performance.now() - started) / 1000)).toFixed(1)} MB/s`
  let told = started
  const book = await importBook(database, {
    provider,
    scope: source.scope,
    source: source.name,
    sourceUrl: source.url,
    rates: await ratesOf(provider, counted, (publication) => Object.assign(about, publication)),
    facts: () => {
      const day = published ?? dateOf(about.publishedAt) ?? new Date()
      return { version: about.version ?? day.toISOString().slice(0, 10), publishedAt: day, sha256: hash.digest('hex') }
    },
    force: options.force ?? false,
    onProgress(rates) {
      if (performance.now() - told < 1000) return
      told = performance.now()
      print(`${rates} rates, ${speed()}`)
    },
  })
  print(`Book ${book.id} of ${provider}, ${source.scope}: ${book.products} products with ${book.rates} rates are in use now (${speed()}).`)
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}

interface Source {
  text: TextStream
  scope: string
  name: string
  url: string
}

function sourceOf(provider: Provider, options: ImportOptions, googleKey: string | undefined): Source {
  const { file, url, network, service, region } = options
  if ([file, url, network].filter((one) => one !== undefined).length !== 1)
    throw new BookRefused('say where the prices are: --file, --url or --network, one of them')
  if (file !== undefined) {
    const name = file === '-' ? 'the standard input' : basename(file)
    const scope = options.scope ?? basename(file).replace(/(\.(csv|jsonl?|gz|txt))+$/i, '')
    if (file === '-' && options.scope === undefined) throw new BookRefused('--scope is needed for what comes from the standard input')
    if (scope === 'starter') throw new BookRefused('the scope starter is that of the prices that come with the platform')
    return { text: textOf(file), scope, name, url: '' }
  }
  if (network && provider !== 'azurerm') throw new BookRefused('--network is for azurerm; name the address of others with --url')
  const address = new URL(url ?? azureAddress(service, region))
  const scope = options.scope ?? ([service, region].filter(Boolean).join('/') || address.pathname.replace(/^\/+/, '') || address.host)
  return {
    text: pagesFrom(address, googleKey),
    scope,
    name: `${address.host}${address.pathname}`,
    url: `${address.origin}${address.pathname}`,
  }
}

function textOf(file: string): TextStream {
  const raw: Readable = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 })
  if (!file.endsWith('.gz')) return raw.setEncoding('utf8')
  const unpacked = createGunzip()
  raw.on('error', (error) => unpacked.destroy(error))
  return raw.pipe(unpacked).setEncoding('utf8')
}

type Rates = AsyncIterable<NormalisedRate>

/** The two files of an AWS offer are told apart by how they begin. */
async function ratesOf(provider: Provider, text: AsyncGenerator<string>, about: (publication: Publication) => void): Promise<Rates> {
  if (provider === 'azurerm') return azureRates(text)
  if (provider === 'google') return googleRates(text)
  const first = await text.next()
  const piece = first.done ? '' : first.value
  const whole = (async function* () {
    yield piece
    yield* text
  })()
  return piece.trimStart().startsWith('{') ? awsJsonRates(whole, about) : awsCsvRates(whole, about)
}
