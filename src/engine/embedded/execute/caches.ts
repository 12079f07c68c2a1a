/** What tasks keep between builds, as archives that the system's tar makes and reads. */
import { execFile } from 'node:child_process'
import { sizeOfTree } from './tree.ts'

/** `limit` in bytes, of the archive; undefined: it would be larger. @throws Error when tar cannot read something */
export async function pack(folder: string, limit: { archive: number; files: number }, signal: AbortSignal): Promise<Buffer | undefined> {
  // Nothing but holes is large on its way back, however small its archive is.
  if ((await sizeOfTree(folder, signal)) > limit.files) return undefined
  return tar(['-czf', '-', '-C', folder, '.'], { limit: limit.archive, signal })
}

/**
 * Into an empty folder. Only archives that we made come here, of what a tenant wrote: tar takes absolute names and `..` off, and
 * makes links that lead out only when nothing can follow them any more. Owners and the bits that lend rights are not restored.
 */
export async function unpack(archive: Buffer, folder: string, signal: AbortSignal): Promise<void> {
  await tar(['-xzf', '-', '-C', folder, '--no-same-owner', '--no-same-permissions'], { input: archive, limit: 65_536, signal })
}

interface Tar {
  input?: Buffer
  limit: number
  signal: AbortSignal
}

function tar(args: readonly string[], { input, limit, signal }: Tar): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', maxBuffer: limit, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, signal } as const
    const child = execFile('tar', args, options, (error, output) => {
      if (error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') resolve(undefined)
      else if (error) reject(error)
      else resolve(output)
    })
    child.stdin?.on('error', () => {}) // it ended without reading all, and its exit says why
    child.stdin?.end(input)
  })
}
