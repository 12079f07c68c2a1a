import { afterEach, expect, test, vi } from 'vitest'
import type { BrowserSession } from './session.ts'

const session = (id: number) => ({ csrf_token: `${id}-token`, account: { username: 'ada' }, session: { id } }) as BrowserSession

afterEach(() => {
  vi.unstubAllGlobals()
})

test('a bill that is dropped on a page with a stale token is sent once, with the fresh one', async () => {
  const uploads: (string | null)[] = []
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(address: string, options: RequestInit) {
        super(new URL(address, 'http://localhost'), { ...options, signal: null })
      }
    },
  )
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.url.endsWith('/user/browser_session')) return Response.json({ data: session(2) })
    if (request.headers.get('x-csrf-token') === '2-token') return Response.json({ data: {} })
    return Response.json({ errors: [{ code: 'InvalidCSRFToken', message: 'no' }] }, { status: 403 })
  })
  vi.stubGlobal(
    'XMLHttpRequest',
    class extends EventTarget {
      upload = new EventTarget()
      status = 201
      statusText = 'Created'
      responseText = '{"data":{"id":7}}'
      token: string | null = null
      open() {}
      getResponseHeader = () => null
      setRequestHeader(name: string, value: string) {
        if (name === 'x-csrf-token') this.token = value
      }
      send() {
        uploads.push(this.token)
        this.dispatchEvent(new Event('load'))
      }
    },
  )
  vi.resetModules()
  const { rememberSession } = await import('./session.ts')
  const { uploadBill } = await import('./upload.ts')
  rememberSession(session(1))
  const path = { organization_canonical: 'acme', account_canonical: 'main' } as never
  const { signal } = new AbortController()
  expect(await uploadBill(path, new File(['a'], 'bill.csv'), { signal, onProgress() {} })).toEqual({ data: { id: 7 } })
  expect(uploads).toEqual(['2-token'])
})
