/** `npm run sign-in -- <command>`: lets people in again when an identity provider does not. */
import { readConfig } from '../src/config.ts'
import { ConfigError } from '../src/config-reader.ts'
import { allowPasswords } from '../src/domains/identity-providers/way-out.ts'
import { withDatabase } from './with-database.ts'

const usage = `npm run sign-in -- <command>

  allow-passwords <organization>  members may enter the organization by password again, while its identity provider is broken:
                                  none of its providers is required any more; an administrator may require one anew

The database is that of DATABASE_URL, or the embedded one in TROCHOID_HOME while no server runs there.`

const [command, organization, ...rest] = process.argv.slice(2)
try {
  if (command !== 'allow-passwords' || organization === undefined || rest.length > 0) {
    console.error(usage)
    process.exitCode = 2
  } else
    await withDatabase(readConfig(process.env), async (database) => {
      const { providers, above } = await allowPasswords(database, organization)
      if (providers.length > 0) console.log(`Not required any more in ${organization}: ${providers.join(', ')}. It holds at once.`)
      if (above.length > 0) console.log(`Still required by an organization above it: ${above.join(', ')}. Name that one to change it.`)
      if (providers.length === 0 && above.length === 0)
        throw new Error(`there is no organization ${organization} that requires an identity provider`)
    })
} catch (error) {
  if (!(error instanceof Error)) throw error
  console.error(error instanceof ConfigError ? error.message : `Nothing was done: ${error.message}`)
  process.exitCode = 1
}
