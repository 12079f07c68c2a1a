/** `npm run licence`, as it is run: another process. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { licenceSigners } from '../src/domains/billing/licence-keys.ts'
import { readLicence } from '../src/domains/billing/licence-token.ts'
import { dayFromNow, licenceKey } from './support/licences.ts'
import { fresh, member, organization, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'

// Every call of the command is a process of its own.
vi.setConfig({ testTimeout: 120_000 })
const server = useServer({ config: { developmentLicences: true } })
const folder = mkdtempSync(join(tmpdir(), 'trochoid-licence-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What goes to the output, to a file say, and what the person reads beside it. */
interface Run {
  code: number
  out: string
  told: string
}

function licence(...args: string[]): Promise<Run> {
  const script = fileURLToPath(new URL('../scripts/licence.ts', import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', script, ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out: stdout, told: stderr }),
    )
  })
}

const day = dayFromNow(100)
const wanted = ['--company', 'ACME Ltd', '--email', 'ops@acme.example', '--members', '12', '--expires', day]

describe('npm run licence', () => {
  test('issue --development prints a key that an installation for development activates', async () => {
    const { code, out, told } = await licence('issue', ...wanted, '--development')
    expect(code).toBe(0)
    expect(told).toBe(`ACME Ltd <ops@acme.example>: 12 seats until the end of ${day} (UTC)\n`)
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    expect(await server.client().activateLicence({ path, body: { key: out } })).toHaveStatus(204)
    expect((await ada.getLicence({ path })).body.data).toMatchObject({ company_name: 'ACME Ltd', members_count: 12, key: out.trim() })
    expect(decodeJwt(out)).toMatchObject({ iss: 'trochoid', aud: 'trochoid', expires_at: day, jti: expect.stringMatching(/^[\w-]{36}$/) })
    const again = await licence('issue', ...wanted, '--development')
    expect(decodeJwt(again.out).jti).not.toBe(decodeJwt(out).jti)
  })

  test('new-key prints a key and the line that makes the product accept it, and keeps nothing', async () => {
    const { code, out, told } = await licence('new-key')
    expect(code).toBe(0)
    const key = JSON.parse(out) as { kid: string; kty: string; crv: string; x: string; d: string }
    expect(told).toContain(`  { kid: '${key.kid}', publicKey: '${key.x}', development: false },\n`)
    expect(told).not.toContain(key.d)
    const signers = [...licenceSigners, { kid: key.kid, publicKey: key.x, development: false }]
    expect(await readLicence(await licenceKey({}, { key }), { developmentLicences: false, signers })).toMatchObject({ members_count: 5 })
    // Until then nothing is signed that nobody would take.
    const file = join(folder, 'key.json')
    writeFileSync(file, out)
    const refused = await licence('issue', ...wanted, '--key', file)
    expect(refused).toMatchObject({ code: 2, out: '', told: expect.stringContaining(`does not know the key ${key.kid}`) })
    const other = licenceSigners.find(({ development }) => !development)?.kid
    writeFileSync(file, JSON.stringify({ ...key, kid: other }))
    expect(await licence('issue', ...wanted, '--key', file)).toMatchObject({
      code: 2,
      told: expect.stringContaining('is not the one whose'),
    })
  })

  test('show says what a key says, of one that is over too, and refuses what is none', async () => {
    const shown = await licence('show', await licenceKey({ jti: 'number-one' }))
    expect(shown).toMatchObject({ code: 0, told: '' })
    expect(shown.out).toContain('ACME Ltd <ops@acme.example>: 5 seats')
    expect(shown.out).toContain('number-one')
    expect(shown.out).toContain('LICENCE_DEVELOPMENT')
    const over = await licence('show', await licenceKey({ expires_at: '2020-01-31' }))
    expect(over).toMatchObject({ code: 1, out: expect.stringContaining('until the end of 2020-01-31'), told: 'It has expired.\n' })
    const changed = (await licenceKey()).replace(/\.(.)(?=[^.]*$)/, (_, first) => (first === 'A' ? '.B' : '.A'))
    expect(await licence('show', changed)).toMatchObject({ code: 1, out: '', told: expect.stringContaining('signature') })
    expect(await licence('show', 'abc')).toMatchObject({ code: 1, told: expect.stringContaining('not a licence key') })
  })

  test('what is missing or wrong is said in a sentence, and nothing is printed that looks like a key', async () => {
    const but = (name: string, value: string) => wanted.with(wanted.indexOf(name) + 1, value)
    const wrong: [args: string[], sentence: string][] = [
      [['issue', '--company', 'ACME'], 'Still needed: --email, --members, --expires'],
      [['issue', ...wanted], 'Say either --development or --key'],
      [['issue', ...wanted, '--development', '--key', 'x'], 'Say either --development or --key'],
      [['issue', ...wanted, '--key', join(folder, 'nowhere')], 'cannot be read'],
      [['issue', ...wanted, '--key', fileURLToPath(import.meta.url)], 'holds no key'],
      [['issue', ...but('--members', 'many'), '--development'], '--members must be'],
      [['issue', ...but('--members', '0'), '--development'], '--members must be'],
      [['issue', ...but('--expires', '2036-02-31'), '--development'], '--expires must be a day'],
      [['issue', ...but('--expires', '31.12.2036'), '--development'], '--expires must be a day'],
      [['issue', ...but('--expires', '2020-12-31'), '--development'], '--expires is over already'],
      [['issue', ...but('--email', 'nobody'), '--development'], '--email must be an address'],
      [['issue', ...wanted, '--development', '--colour', 'red'], '--colour'],
      [['show'], 'Show takes one licence key'],
      [['new-key', 'file'], 'New-key takes nothing else'],
    ]
    for (const [args, sentence] of wrong) {
      const { code, out, told } = await licence(...args)
      expect([code, out], args.join(' ')).toEqual([2, ''])
      expect(told, args.join(' ')).toContain(sentence)
      expect(told).toContain('npm run licence -- <command>')
      expect(told).not.toContain('    at ')
    }
  })

  test('something else prints how it is used', async () => {
    for (const args of [[], ['destroy'], ['constructor']])
      expect(await licence(...args)).toMatchObject({ code: 2, out: '', told: expect.stringContaining('new-key') })
  })
})
