/** A console as a build leaves it, small enough to be made for each test, and a server that has nothing else. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import express from 'express'
import { pino } from 'pino'
import { digestOf } from '../../src/http/console/build-record.ts'
import type { Builder } from '../../src/http/console/builder.ts'
import { openConsole } from '../../src/http/console/console.ts'
import { mountConsole } from '../../src/http/console/pages.ts'

export const html = { accept: 'text/html' }
const page = '<meta property="csp-nonce" nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/console/assets/index-1.js"></script>'
export const script = `console.log('${'x'.repeat(5000)}')`

const made: string[] = []
export const removeCheckouts = () => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true })))

export const write = async (path: string, text: string | Buffer) => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** A checkout with a console that was built of what is there. */
export async function checkout({ built = true, sources = true } = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'trochoid-console-'))
  made.push(root)
  const folder = join(root, 'console')
  await write(join(root, 'package-lock.json'), '{}')
  await write(join(root, 'secret.txt'), 'the secret')
  await write(join(root, 'src/access/rules.ts'), 'export const rules = 1')
  if (sources) for (const name of ['index.html', 'src/main.tsx']) await write(join(folder, name), name)
  await write(join(folder, 'dist/unlisted.txt'), 'not in the record')
  if (built) await place(folder)
  return folder
}

export async function place(folder: string, text = script): Promise<void> {
  const inputs = ['src/access/rules.ts']
  await write(join(folder, 'dist/index.html'), page)
  await write(join(folder, 'dist/icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await write(join(folder, 'dist/assets/index-1.js'), text)
  await write(join(folder, 'dist/assets/index-1.js.br'), brotliCompressSync(text))
  await write(join(folder, 'dist/assets/index-1.js.gz'), gzipSync(text))
  const files = [
    { path: 'assets/index-1.js', encodings: ['br', 'gzip'] },
    { path: 'icon.svg', encodings: [] },
  ]
  await write(join(folder, 'dist/.build.json'), JSON.stringify({ digest: await digestOf(folder, inputs), inputs, files }))
}

/** Only what is below /console, with a build of our own. */
export async function serving(folder: string, mode: 'build' | 'serve', builder: Builder | null) {
  const app = express()
  const console = openConsole({ mode, folder, builder, log: pino({ level: 'silent' }) })
  mountConsole(app, console)
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    get: () => fetch(`${url}/console`, { headers: html }),
    async [Symbol.asyncDispose]() {
      await console[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
    },
  }
}

export const until = async (ask: () => Promise<Response>, status: number): Promise<Response> => {
  const deadline = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (answer.status === status || Date.now() > deadline) return answer
    await new Promise((wake) => setTimeout(wake, 50))
  }
}
