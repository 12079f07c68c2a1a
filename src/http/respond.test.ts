/** What happens to an answer in pieces when its reader is gone. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { operationTable } from '../contract/operations.ts'
import { respond } from './respond.ts'

const events = { ...operationTable.getBuildEvents, success: 200, respond: 'stream' } as const

test('a reader who left before the answer began, or in its middle, leaves nothing open behind', { timeout: 5000 }, async () => {
  let open = 0
  async function* chunks(): AsyncGenerator<string> {
    open++
    try {
      for (;;) yield 'x'.repeat(100_000)
    } finally {
      open--
    }
  }
  const ended: (() => void)[] = []
  const answered = (path: string) => new Promise<void>((resolve) => ended.push(resolve)).then(() => path)
  const app = express()
  app.get('/before', async (request, response) => {
    request.socket.destroy()
    await once(response, 'close')
    await respond(response, events, chunks())
    ended.shift()?.()
  })
  app.get('/during', async (_, response) => {
    await respond(response, events, chunks())
    ended.shift()?.()
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    for (const path of ['/before', '/during']) {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.on('error', () => {})
      const end = answered(path)
      socket.write(`GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`)
      socket.once('data', () => socket.destroy())
      expect(await end).toBe(path)
      expect(open).toBe(0)
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
