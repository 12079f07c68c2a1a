/** What a browser shows when a step of a sign-in went wrong: a person stands before it, and no program that reads JSON. */
import { createHash } from 'node:crypto'
import type { Response } from 'express'
import { type OperationId, type OperationRow, operationTable } from '../contract/operations.ts'

/** Only where a good answer would send a browser on. */
export function wantsPage({ req }: Response): boolean {
  const { operationId: id } = req as typeof req & { operationId?: OperationId }
  const operation: OperationRow | undefined = id && operationTable[id]
  return operation?.respond === 'redirect' && req.accepts(['json', 'html']) === 'html'
}

const style =
  'body{font:16px/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}pre{white-space:pre-wrap;font-size:13px}'
const styleHash = createHash('sha256').update(style).digest('base64')

/** Nothing on the page loads or runs, whatever somebody manages to put into the sentence. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

export const errorPage = ({ message, requestId, consoleUrl }: { message: string; requestId: string; consoleUrl: string }): string =>
  plainPage({
    title: 'That did not work',
    lines: [message],
    link: { to: consoleUrl, text: 'Back to the console' },
    small: `Request ${requestId}`,
  })

interface PlainPage {
  title: string
  lines: readonly string[]
  details?: string
  link?: { to: string; text: string }
  small?: string
  /** Seconds after which the browser asks again. */
  refresh?: number
}

export const plainPage = ({ title, lines, details, link, small, refresh }: PlainPage): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${refresh === undefined ? '' : `\n<meta http-equiv="refresh" content="${refresh}">`}
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
${lines.map((line) => `<p>${escaped(line)}</p>`).join('\n')}${details === undefined ? '' : `\n<pre>${escaped(details)}</pre>`}
${link ? `<p><a href="${escaped(link.to)}">${escaped(link.text)}</a></p>\n` : ''}${small ? `<p><small>${escaped(small)}</small></p>\n` : ''}</html>
`

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
