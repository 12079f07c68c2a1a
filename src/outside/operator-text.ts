/** Texts that whoever runs the platform keeps somewhere: at an address, or in a file. */
import { readFile, stat } from 'node:fs/promises'

/**
 * @param source an address (http or https), or the absolute path of a file
 * @throws Error with a sentence for the log
 */
export async function readOperatorText(source: string, { bytes, seconds }: { bytes: number; seconds: number }): Promise<string> {
  if (!/^https?:/.test(source)) return fromFile(source, bytes)
  const response = await fetch(source, { signal: AbortSignal.timeout(seconds * 1000) })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`${source} answered with status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > bytes) throw new Error(`${source} has more than ${bytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function fromFile(path: string, bytes: number): Promise<string> {
  const { size } = await stat(path)
  if (size > bytes) throw new Error(`${path} has more than ${bytes} bytes`)
  return readFile(path, 'utf8')
}
