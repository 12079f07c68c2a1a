import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failing, openGitWorld, remoteTo } from '../../../test/support/git-world.ts'

const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? '' : ' (skipped: openssl is missing, which makes the certificate)'

test.skipIf(noOpenssl)(`a server with a certificate that nobody vouches for is refused, and gets no password${noOpenssl}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trochoid-tls-'))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=127.0.0.1',
    '-days',
    '2',
  ]
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  let asked = 0
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
    asked++
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await using world = await openGitWorld({})
  const remote = remoteTo(`https://127.0.0.1:${port}/a.git`, { type: 'basic_auth', username: 'a', password: 'secret' })
  const error = await failing(world.git.branches(remote)).finally(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  expect([error.kind, error.message]).toEqual(['unreachable', expect.stringContaining('certificate')])
  expect(asked).toBe(0)
})
