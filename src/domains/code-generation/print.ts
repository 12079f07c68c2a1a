/** Reads the print of `terraform providers schema -json`: piece by piece, so that large ones are never one text. */
import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'
import { JSONParser } from '@streamparser/json'
import type { BlockKind } from './queries.ts'

export interface PrintedBlock {
  kind: BlockKind
  type: string
  /** JSON. */
  schema: string
}

export interface PrintedProvider {
  source: string
  configuration: string
  blocks: PrintedBlock[]
}

export interface Print {
  sha256: string
  providers: PrintedProvider[]
}

/** What went wrong with a print, for the operator. */
export class PrintError extends Error {}

const kinds = new Map<string, BlockKind>([
  ['resource_schemas', 'resource'],
  ['data_source_schemas', 'data'],
])

/** More than any known print; a file that never ends is no schema. */
const mostBytes = 2 ** 30

/** @param onProgress is told about bytes, as they were printed, and blocks so far */
export async function readPrint(
  bytes: AsyncIterable<Uint8Array>,
  onProgress: (bytes: number, blocks: number) => void = () => {},
): Promise<Print> {
  const providers = new Map<string, PrintedProvider>()
  const parser = new JSONParser({
    paths: ['$.format_version', '$.provider_schemas.*.provider', '$.provider_schemas.*.*.*'],
    keepStack: false,
  })
  let [size, blocks, version] = [0, 0, '']
  parser.onValue = ({ value, key, stack }) => {
    if (stack.length === 1) version = String(value)
    const source = stack[2]?.key
    if (typeof source !== 'string' || typeof key !== 'string') return
    const provider = providers.get(source) ?? { source, configuration: '{}', blocks: [] }
    providers.set(source, provider)
    const kind = kinds.get(String(stack[3]?.key))
    if (stack.length === 3) provider.configuration = JSON.stringify(value)
    else if (kind) {
      provider.blocks.push({ kind, type: key, schema: JSON.stringify(value) })
      blocks++
    }
  }
  const hash = createHash('sha256')
  try {
    for await (const chunk of unpacked(bytes)) {
      size += chunk.length
      if (size > mostBytes) throw new PrintError(`it is longer than ${mostBytes / 2 ** 20} MB`)
      hash.update(chunk)
      parser.write(chunk)
      onProgress(size, blocks)
    }
    if (!parser.isEnded) throw new PrintError(size === 0 ? 'it is empty' : 'it ends in the middle')
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    if (error instanceof PrintError) throw notAPrint(message)
    if (code !== undefined && !code.startsWith('Z_')) throw error
    throw notAPrint(message)
  }
  if (!/^[01]\./.test(version))
    throw notAPrint(version === '' ? 'it has no format_version' : `its format_version is ${version.slice(0, 20)}`)
  return { sha256: hash.digest('hex'), providers: [...providers.values()].filter((one) => one.blocks.length > 0) }
}

const notAPrint = (why: string) => new PrintError(`This is not the output of \`terraform providers schema -json\`: ${why}`)

/** As it is, or gunzipped: the first two bytes tell. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < 2) {
    const { value, done } = await source.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const whole = (async function* () {
    yield head
    yield* { [Symbol.asyncIterator]: () => source }
  })()
  if (head[0] !== 0x1f || head[1] !== 0x8b) yield* whole
  else {
    const { Readable } = await import('node:stream')
    const packed = Readable.from(whole)
    const gunzip = createGunzip()
    packed.on('error', (error) => gunzip.destroy(error))
    yield* packed.pipe(gunzip)
  }
}
