/** What is not an operation of the contract: the document and its reference page, health, metrics, the development outbox. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Express, type Response } from 'express'
import document from '../contract/openapi.json' with { type: 'json' }
import { listMails } from '../domains/accounts/outbox.ts'
import { checkHealth } from '../domains/system/checks.ts'
import type { Platform } from '../platform.ts'
import { isFromHere } from './from-here.ts'

export function mountPages(app: Express, platform: Platform): void {
  const documentText = JSON.stringify(document)
  app.get('/openapi.json', (_, response) => {
    response.setHeader('x-content-type-options', 'nosniff')
    response.type('application/json').send(documentText)
  })

  // The page loads nothing from another host, and its policy would not let it. The reference page writes its own styles.
  const policy = `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`
  app.get('/docs', (_, response) => void guarded(response, policy).type('html').send(referencePage))
  app.get('/docs/start.js', (_, response) => void guarded(response, policy).type('js').send(referenceScript))
  // Only what the page needs: the package brings pages of its own, which load from another host.
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    app.get(`/docs/${file}`, (_, response) => guarded(response, policy).sendFile(file, { root: referenceFiles, maxAge: '1h' }))

  // Images of the default appearance. Opened on its own, an SVG is a page: it may not load or run anything.
  const images = express.static(fileURLToPath(new URL('static', import.meta.url)), { index: false, redirect: false, maxAge: '1h' })
  app.use('/static', (request, response, next) => images(request, guarded(response, `default-src 'none'; style-src 'unsafe-inline'`), next))

  app.get('/health_check', async (_, response) => {
    const healthy = !platform.draining && (await checkHealth(platform))
    response.status(healthy ? 200 : 503).json({ status: healthy ? 'ok' : platform.draining ? 'stopping' : 'failing' })
  })
  app.get('/metrics', async (_, response) => void response.type('text/plain; version=0.0.4').send(await platform.metrics.text()))

  // Only where no mail server is configured; with one, the outbox stays empty and the page does not exist.
  if (!platform.mailer)
    app.get('/dev/outbox', async (request, response) => {
      // It holds the links that set passwords: whoever could read it from elsewhere could become anybody.
      if (!isFromHere(request))
        return void response.status(403).type('text').send('The outbox is only shown on the machine that the service runs on.\n')
      response.setHeader('cache-control', 'no-store')
      const mails = await listMails(platform)
      if (request.accepts(['html', 'json']) === 'json') return void response.json({ data: mails })
      guarded(response, `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'`).type('html').send(outboxPage(mails))
    })
}

function guarded(response: Response, policy: string): Response {
  response.setHeader('content-security-policy', policy)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  return response
}

// Found, not imported: importing it would run its megabyte of browser script at every start.
const referenceFiles = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const referencePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trochoid API reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`

const referenceScript = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  docExpansion: 'none',
  filter: true,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
})
`

function outboxPage(mails: { to: string; subject: string; text: string; sent_at: string }[]): string {
  const items = mails.map(
    ({ to, subject, text, sent_at }) =>
      `<article><h2>${escaped(subject)}</h2><p>to ${escaped(to)}, ${escaped(sent_at)}</p><pre>${linked(escaped(text))}</pre></article>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Outbox</title>
<style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}article{border-top:1px solid #ccc}</style>
<h1>Outbox</h1>
<p>No mail server is configured (SMTP_URL), so mail stays here. Newest first.</p>
${items.join('\n') || '<p>Nothing has been sent yet.</p>'}
</html>
`
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const linked = (html: string) => html.replace(/https?:\/\/[^\s<&]+/g, (url) => `<a href="${url}">${url}</a>`)
