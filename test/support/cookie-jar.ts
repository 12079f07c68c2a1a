/** Cookies as a browser keeps them, for `fetch`: by host and path, ended by `Max-Age` and `Expires`. */
export class CookieJar {
  readonly #cookies = new Map<string, { host: string; path: string; name: string; value: string }>()

  /** What the answer sets. Answers the answer. */
  keep(url: string, answer: Response): Response {
    const { hostname: host, pathname } = new URL(url)
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const mark = pair.indexOf('=')
      const [name, value] = [pair.slice(0, mark), pair.slice(mark + 1)]
      const attribute = (wanted: string) => attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
      const path = attribute('path') ?? (pathname.slice(0, pathname.lastIndexOf('/')) || '/')
      const key = `${host} ${path} ${name}`
      const expires = attribute('expires')
      const ended = Number(attribute('max-age') ?? 1) <= 0 || (expires !== undefined && Date.parse(expires) <= Date.now())
      if (ended) this.#cookies.delete(key)
      else this.#cookies.set(key, { host, path, name, value })
    }
    return answer
  }

  /** For the header `cookie`; empty when there is none for the address. */
  header(url: string): string {
    const { hostname, pathname } = new URL(url)
    const fits = (path: string) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
    return [...this.#cookies.values()]
      .filter(({ host, path }) => host === hostname && fits(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** One request with its cookies; redirects are not followed. */
  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookie = this.header(url)
    if (cookie) headers.set('cookie', cookie)
    return this.keep(url, await fetch(url, { ...init, headers, redirect: 'manual' }))
  }
}
