/** `npm run build`: the console, made ready to be served. Files take the place of older ones one by one, and the record comes last. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, resolveConfig } from 'vite'
import {
  type BuildRecord,
  type BuiltFile,
  digestOf,
  type Encoding,
  endings,
  filesBelow,
  recordName,
} from '../src/http/console/build-record.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'console')
const dist = join(folder, 'dist')
const configFile = join(folder, 'vite.config.ts')

const compressors: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }),
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
}
const compressible = /\.(js|css|svg|json|webmanifest|txt|wasm)$/
/** Smaller ones fit into a packet as they are. */
const worthCompressing = 1024

const started = performance.now()
const written: BuiltFile[] = []
try {
  const { files, inputs } = await bundle()
  // Of the sources as they are now: what was changed meanwhile makes the build old at once.
  const digest = (await digestOf(folder, inputs)) ?? ''
  await rm(join(dist, recordName), { force: true })
  for (const [path, body] of files) {
    await place(path, body)
    if (path !== 'index.html') written.push({ path, encodings: await compress(path, body) })
  }
  await place(recordName, Buffer.from(`${JSON.stringify({ digest, inputs, files: written } satisfies BuildRecord, null, 1)}\n`))
  await sweep()
  console.log(`The console is built: ${files.size} files in ${((performance.now() - started) / 1000).toFixed(1)} s`)
} catch (error) {
  // Where it went wrong in the tools helps nobody; what they say of our files does.
  console.error(`The console could not be built. ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

/** Everything that the console is made of, and which files of ours outside of its folder went into it. */
async function bundle(): Promise<{ files: Map<string, Buffer>; inputs: string[] }> {
  const { publicDir } = await resolveConfig({ configFile, logLevel: 'error' }, 'build', 'production', 'production')
  // Written by ourselves: a build that is being served must not be emptied first.
  const result = await build({ configFile, logLevel: 'warn', build: { write: false } })
  const made = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []))
  const files = new Map<string, Buffer>()
  const modules = new Set<string>()
  for (const file of made) {
    files.set(file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source))
    if (file.type === 'chunk') for (const id of file.moduleIds) modules.add(id.split('?')[0] ?? id)
  }
  for (const path of publicDir ? await filesBelow(publicDir) : []) files.set(path, await readFile(join(publicDir, path)))
  if (!files.has('index.html')) throw new Error('the build has no index.html')
  const ours = [...modules].map((id) => relative(root, id).split(sep).join('/'))
  const inputs = ours.filter((path) => /^(src|openapi|db|examples)\//.test(path)).sort()
  return { files, inputs }
}

async function compress(path: string, body: Buffer): Promise<Encoding[]> {
  if (!compressible.test(path) || body.length < worthCompressing) return []
  const done: Encoding[] = []
  for (const encoding of Object.keys(compressors) as Encoding[]) {
    const small = await compressors[encoding](body)
    if (small.length >= body.length) continue
    await place(path + endings[encoding], small)
    done.push(encoding)
  }
  return done
}

/** Whole or not at all: somebody may be reading. */
async function place(path: string, body: Buffer): Promise<void> {
  const target = join(dist, path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(`${target}.${process.pid}`, body)
  await rename(`${target}.${process.pid}`, target)
}

/** What older builds left. Whoever serves has theirs in memory. */
async function sweep(): Promise<void> {
  const kept = new Set([
    recordName,
    'index.html',
    ...written.flatMap(({ path, encodings }) => [path, ...encodings.map((name) => path + endings[name])]),
  ])
  for (const path of await filesBelow(dist)) if (!kept.has(path)) await rm(join(dist, path), { force: true })
}
