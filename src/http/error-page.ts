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

const style = 'body{font:16px/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}small{color:#666}'
const styleHash = createHash('sha256').update(style).digest('base64')

/** Nothing on the page loads or runs, whatever somebody manages to put into the sentence. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

export const errorPage = ({ message, requestId, consoleUrl }: { message: string; requestId: string; consoleUrl: string }): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>That did not work</title>
<style>${style}</style>
<h1>That did not work</h1>
<p>${escaped(message)}</p>
<p><a href="${escaped(consoleUrl)}">Back to the console</a></p>
<p><small>Request ${escaped(requestId)}</small></p>
</html>
`

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
