/**
 * Names and paths that a tenant chose, inside a folder whose contents a tenant wrote. The engine may be root: no link in there
 * may make it read or write anywhere else.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open, realpath, rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { StepError } from './errors.ts'

/** The folders of a path below another, which it does not leave; none: that folder itself. @throws StepError */
export function segmentsOf(path: string, what: string): string[] {
  const refuse = (why: string): never => {
    throw new StepError(`${what}: ${JSON.stringify(path.slice(0, 200))} ${why}`)
  }
  if (path.includes('\0')) refuse('has a NUL character')
  if (path.startsWith('/')) refuse('must not begin at the root: give a path below the working directory')
  if (path.length > longestPath) refuse(`is longer than ${longestPath} characters`)
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) refuse('must not contain ".."')
  return segments
}

/** @throws StepError when the artifact could not be a folder of that name */
export function checkName(name: string, what: string): void {
  if (segmentsOf(name, what).join('/') !== name || name === '' || name.includes('/') || Buffer.byteLength(name) > 255)
    throw new StepError(`${what}: ${JSON.stringify(name.slice(0, 200))} cannot be the name of a folder`)
}

/** Makes the folder with those above it. @throws StepError when a link or a file is in its way */
export async function makeFolder(root: string, segments: readonly string[]): Promise<string> {
  let at = root
  for (const segment of segments) {
    at = join(at, segment)
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (!(await lstat(at)).isDirectory()) throw new StepError(`${segments.join('/')}: ${segment} is no directory`)
  }
  return at
}

/** Like `makeFolder`, and what was there before is gone. */
export async function makeEmptyFolder(root: string, segments: readonly string[]): Promise<string> {
  const above = await makeFolder(root, segments.slice(0, -1))
  const last = segments.at(-1)
  if (last === undefined) return above
  await rm(join(above, last), { recursive: true, force: true })
  return makeFolder(above, [last])
}

/** Undefined when it is not there, no folder, or behind a link. */
export async function realFolder(root: string, segments: readonly string[]): Promise<string | undefined> {
  let at = root
  for (const segment of ['.', ...segments]) {
    at = join(at, segment)
    const found = await lstat(at).catch(() => undefined)
    if (!found?.isDirectory()) return undefined
  }
  return at
}

/** A file of an artifact as text; links are followed while they stay inside. @throws StepError */
export async function readInside(root: string, path: string, what: string): Promise<string> {
  const refuse = (why: string): never => {
    throw new StepError(`${what}: ${why}`)
  }
  const inside = await realpath(root)
  const real = await realpath(join(inside, ...segmentsOf(path, what))).catch(() => refuse(`there is no file ${path}`))
  if (!real.startsWith(inside + sep)) refuse(`${path} leads out of its artifact`)
  // Without waiting: opening a named pipe would wait for somebody who writes.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size } = await file.stat().then((found) => (found.isFile() ? found : refuse(`${path} is no file`)))
    if (size > longestFile) refuse(`${path} is larger than ${longestFile} bytes`)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
    return new TextDecoder().decode(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

const longestPath = 1024
const longestFile = 1_048_576
