/**
 * A process that runs builds on the database of a test, to be killed by it: `node --import tsx engine-process.ts <url> <folder>`.
 * Its tasks never end.
 */
import { openNotices } from '../../src/db/notices.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { openEmbeddedEngine } from '../../src/engine/embedded/engine.ts'
import { openLog } from '../../src/log.ts'
import { policyIn, saying } from './engine-parts.ts'

const [url = '', folder = ''] = process.argv.slice(2)
const engine = openEmbeddedEngine({
  database: openDatabase({ url, size: 4 }),
  notices: openNotices(url, () => {}),
  policy: policyIn(folder),
  ports: { findCredential: async () => undefined, setPipeline: async () => ({ changed: false }), sendEvent: async () => 1 },
  resourceTypes: () => undefined,
  runTask: saying,
  log: openLog('silent'),
  apiUrl: 'http://localhost:3001',
})
await engine.startRunner()
