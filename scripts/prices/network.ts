/** Price lists from the network. Addresses are the operator's choice. */

import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'

/** Of Azure's public price list. */
export function azureAddress(service: string | undefined, region: string | undefined): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const wanted = [
    `priceType eq 'Consumption'`,
    ...(service === undefined ? [] : [`serviceName eq ${quoted(service)}`]),
    ...(region === undefined ? [] : [`armRegionName eq ${quoted(region)}`]),
  ]
  const query = new URLSearchParams({ currencyCode: "'USD'", $filter: wanted.join(' and ') })
  return `https://prices.azure.com/api/retail/prices?${query}`
}

const mostTries = 8
/** Characters at the end of a page in which the address of the next one stands. */
const longestTail = 8192

/** The text of all pages. How the next one is called stands at the end of a page, and is followed on the same host only. */
export async function* pagesFrom(start: URL, googleKey: string | undefined): AsyncGenerator<string> {
  let address: URL | undefined = withKey(start, googleKey)
  const seen = new Set<string>()
  while (address && !seen.has(address.href)) {
    seen.add(address.href)
    let tail = ''
    const body = await ask(address)
    for await (const piece of body) {
      yield piece
      tail = (tail + piece).slice(-longestTail)
    }
    address = nextOf(tail, address, googleKey)
  }
}

function nextOf(tail: string, last: URL, googleKey: string | undefined): URL | undefined {
  const link = /"NextPageLink"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(tail)?.[1]
  if (link !== undefined) {
    const next = new URL(JSON.parse(link) as string, last)
    // Azure's own links name the port 443.
    if (next.host !== last.host || next.protocol !== last.protocol)
      throw new Error(`the page ${last.host}${last.pathname} names its next one on another host, ${next.host}; it is not followed`)
    return next
  }
  const token = /"nextPageToken"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(tail)?.[1]
  const text = token === undefined ? '' : (JSON.parse(token) as string)
  if (text === '') return undefined
  const next = new URL(last)
  next.searchParams.set('pageToken', text)
  return withKey(next, googleKey)
}

function withKey(address: URL, key: string | undefined): URL {
  if (key !== undefined && address.host === 'cloudbilling.googleapis.com') address.searchParams.set('key', key)
  return address
}

/** Whoever says "too many" is asked again later, as late as they wish. */
async function ask(address: URL): Promise<AsyncIterable<string>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(3600_000) })
    if (answer.ok && answer.body) {
      const body = Readable.fromWeb(answer.body as ReadableStream<Uint8Array>)
      return (address.pathname.endsWith('.gz') ? body.pipe(createGunzip()) : body).setEncoding('utf8')
    }
    await answer.body?.cancel()
    const again = answer.status === 429 || answer.status >= 500
    if (!again || attempt === mostTries) throw new Error(`${address.host}${address.pathname} answers ${answer.status}`)
    const asked = Number(answer.headers.get('retry-after'))
    await sleep(Number.isFinite(asked) && asked > 0 ? Math.min(asked, 300) * 1000 : Math.min(60_000, 1000 * 2 ** attempt))
  }
}
