/** `npm run keys -- <command>`: makes, rotates and retires the keys that guard everything secret. */
import { existsSync } from 'node:fs'
import { dropSigningKeys, openSessionTokens } from '../src/access/session-tokens.ts'
import { type Config, readConfig } from '../src/config.ts'
import { ConfigError } from '../src/config-reader.ts'
import type { Database } from '../src/db/pool.ts'
import { rewrap } from '../src/domains/credentials/rotation.ts'
import { addKeyToFile, keyFile, type MasterKeys, newKeyText, openMasterKeys } from '../src/outside/master-key.ts'
import { withDatabase } from './with-database.ts'

const usage = `npm run keys -- <command>

  new             print a new master key for MASTER_KEYS, and how to bring it in
  rewrap          wrap all that is sealed anew, by the first master key; safe to repeat, and while the service runs
  rotate-master   put a new master key into the key file of TROCHOID_HOME, then rewrap
  rotate-signing  sign session tokens by a new key from now on, and drop keys that were retired long ago

The database is that of DATABASE_URL, or the embedded one in TROCHOID_HOME while no server runs there.`

const print = (line: string) => console.log(line)

const commands: Record<string, (config: Config) => Promise<void>> = {
  async new() {
    const pair = newKeyText()
    print(`${pair}

Keep it as you keep passwords: without it nothing sealed can be opened. To bring it in:
  1. MASTER_KEYS=<old>,${pair.split(':')[0]}:…   on every process, and restart them: now all can open what either wraps
                                 (with a single process, begin at 2)
  2. MASTER_KEYS=${pair.split(':')[0]}:…,<old>   on every process, and restart them: now the new one wraps
  3. npm run keys -- rewrap      with the same MASTER_KEYS
  4. MASTER_KEYS=${pair.split(':')[0]}:…         when rewrap says so, and restart`)
  },

  async rewrap(config) {
    await withSealed(config, async (database) => rewrapAll(config, database, openKeys(config)))
  },

  async 'rotate-master'(config) {
    if (config.masterKeys)
      throw new Error('the master keys come from MASTER_KEYS, not from a file: use `npm run keys -- new` and follow its steps')
    await withSealed(config, async (database) => {
      openKeys(config)
      print(`The key ${addKeyToFile(config.home)} now stands first in ${keyFile(config.home)}.`)
      await rewrapAll(config, database, openKeys(config))
    })
  },

  async 'rotate-signing'(config) {
    await withSealed(config, async (database) => {
      const kid = await (await openSessionTokens(database, openKeys(config))).rotate()
      print(
        `The key ${kid} signs from now on; running processes follow within a minute. Tokens signed before stay valid until they expire.`,
      )
      const hours = Math.max(30 * 24, config.sessionHours)
      const dropped = await dropSigningKeys(database, new Date(Date.now() - hours * 3_600_000))
      print(
        dropped.length === 0
          ? `No key was retired more than ${Math.round(hours / 24)} days ago.`
          : `Dropped, because nothing they signed is valid any more: ${dropped.join(', ')}`,
      )
    })
  },
}

async function rewrapAll(config: Config, database: Database, master: MasterKeys): Promise<void> {
  const { dataKeys, signingKeys, totpSecrets, installationKeys, unneeded } = await rewrap(database, master, print)
  const [current, ...old] = master.ids
  const where = config.masterKeys ? 'MASTER_KEYS' : keyFile(config.home)
  const done = [count(dataKeys, 'data key'), count(signingKeys, 'signing key')]
  if (totpSecrets > 0) done.push(count(totpSecrets, 'secret of an authenticator app', 'secrets of authenticator apps'))
  if (installationKeys > 0) done.push(count(installationKeys, 'key of the installation', 'keys of the installation'))
  print(`Done: wrapped anew by ${current}: ${done.join(', ')}.`)
  const needed = old.filter((id) => !unneeded.includes(id))
  if (needed.length > 0)
    print(`Still in use: ${needed.join(', ')}. A process has them in front: give all the same ${where}, restart, and run this again.`)
  if (unneeded.length > 0)
    print(`You may drop from ${where}: ${unneeded.join(', ')}. Backups made before now still need them, so keep a copy with those.`)
  if (needed.length === 0 && unneeded.length === 0) print(`${where} holds no key that could be dropped.`)
  print(
    config.masterKeys
      ? 'Processes read MASTER_KEYS when they start: restart them after changing it.'
      : 'Running processes read the key file again by themselves when they meet the new key.',
  )
}

const count = (number: number, what: string, several = `${what}s`): string => `${number} ${number === 1 ? what : several}`

/** @throws rather than make a key file in the wrong folder */
function openKeys(config: Config): MasterKeys {
  if (!config.masterKeys && !existsSync(keyFile(config.home)))
    throw new Error(`there is no ${keyFile(config.home)}: set TROCHOID_HOME to the data folder, or MASTER_KEYS`)
  return openMasterKeys(config.masterKeys, config.home)
}

async function withSealed(config: Config, run: (database: Database) => Promise<void>): Promise<void> {
  openKeys(config)
  await withDatabase(config, run)
}

const command = commands[process.argv[2] ?? '']
try {
  if (command && process.argv.length === 3) await command(readConfig(process.env))
  else {
    console.error(usage)
    process.exitCode = 2
  }
} catch (error) {
  if (!(error instanceof Error)) throw error
  const outdated = (error as { code?: unknown }).code === '42883' ? ' (run `npm run migrate` first)' : ''
  console.error(error instanceof ConfigError ? error.message : `Nothing more was done: ${error.message}${outdated}`)
  process.exitCode = 1
}
