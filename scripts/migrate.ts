/** `npm run migrate`: brings the database of DATABASE_URL up to date, for installations that start the API separately. */
import { migrate } from '../src/db/migrate.ts'

const url = process.env.DATABASE_URL
if (!url) {
  console.error('Set DATABASE_URL to the database to migrate; the embedded one is migrated by `npm start`.')
  process.exit(1)
}
const migrated = await migrate(url)
console.log(migrated.length === 0 ? 'The database is up to date.' : `Migrated: ${migrated.join(', ')}`)
