/** A bill on its way up. Only XMLHttpRequest tells how much of a body was sent. */
import { call, contentOf, withSession } from '@/api/client.ts'
import { unreachable } from '@/api/connection.ts'
import { operations } from '@/api/operations.ts'
import { Problem } from '@/api/problem.ts'
import { currentSession } from '@/api/session.ts'
import type { Answer, PathParameters } from '@/api/types.ts'

export type AccountPath = PathParameters<'uploadCloudCostBill'>

interface UploadOptions {
  signal: AbortSignal
  /** 0 to 1. */
  onProgress: (share: number) => void
}

/** @throws Problem when the API refuses or cannot be reached; the reason of `signal` when that aborts */
export async function uploadBill(path: AccountPath, file: File, options: UploadOptions): Promise<Answer<'uploadCloudCostBill'>> {
  // A small question first: what is wrong with the session is mended, or said, before the file is on its way.
  await call('getUserAccount', {}, { signal: options.signal })
  return (await contentOf(await withSession(() => sent(path, file, options)))) as Answer<'uploadCloudCostBill'>
}

function sent(path: AccountPath, file: File, { signal, onProgress }: UploadOptions): Promise<Response> {
  const [method, template] = operations.uploadCloudCostBill
  const address = template.replace(/{(\w+)}/g, (_, name: keyof AccountPath) => encodeURIComponent(path[name]))
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(method.toUpperCase(), `${address}?${new URLSearchParams({ file_name: file.name.slice(0, 200) })}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    const csrf = currentSession()?.csrf_token
    if (csrf) request.setRequestHeader('x-csrf-token', csrf)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0))
    request.addEventListener('load', () => {
      const { status, statusText, responseText } = request
      const headers = Object.fromEntries(
        ['retry-after', 'x-request-id'].flatMap((name) => {
          const value = request.getResponseHeader(name)
          return value === null ? [] : [[name, value]]
        }),
      )
      resolve(new Response(responseText, { status, statusText, headers }))
    })
    request.addEventListener('error', () => {
      unreachable()
      reject(new Problem(0, []))
    })
    request.addEventListener('abort', () => reject(signal.reason))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
