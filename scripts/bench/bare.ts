/** What Express and pg cost by themselves: the same SQL, no question asked. Started by main.ts as a process of its own. */
import express from 'express'
import pg from 'pg'

interface Statement {
  text: string
  values: unknown[]
}

const { list, insert } = JSON.parse(process.env.STATEMENTS ?? '{}') as { list: Statement; insert: Statement }
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
const app = express()
app.disable('x-powered-by')
app.set('etag', false)

app.get('/list', async (_, response) => {
  const { rows } = await pool.query({ name: 'list', ...list })
  response.json({ data: rows })
})

let created = 0
app.post('/insert', express.json(), async (_, response) => {
  // The statement's last value is the canonical, which must differ each time.
  const values = [...insert.values.slice(0, -1), `bare-${++created}`]
  const { rows } = await pool.query({ name: 'insert', text: insert.text, values })
  response.json({ data: rows[0] })
})

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
process.on('SIGTERM', () => server.close(() => void pool.end().then(() => process.exit(0))))
