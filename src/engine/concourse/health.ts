import type { Context } from './context.ts'
import { asked } from './refusals.ts'

/** @throws ApiError whose message is fit for a stranger */
export async function checkHealth({ client }: Pick<Context, 'client'>): Promise<string> {
  const [{ version }, { is_admin: isAdmin }] = await asked(
    { what: 'description of Concourse' },
    Promise.all([client.readInfo(), client.readUser()]),
  )
  if (!isAdmin) throw new Error("Concourse answers, but CONCOURSE_USERNAME does not own Concourse's team main")
  return `Concourse ${version} answers`
}

/** Says once in the log what is at the other end, for whoever starts the platform. */
export async function watchVersion({ client, log }: Pick<Context, 'client' | 'log'>): Promise<void> {
  try {
    const said = await checkHealth({ client })
    if (isOld(client.version() ?? '')) log.warn('%s, but the platform knows it from 7.8 on: some of it may not work', said)
    else log.info(said)
  } catch (error) {
    log.warn({ err: error }, 'Concourse cannot be used now; it is tried again with each call')
  }
}

/** One that somebody built says 0.0.0: it is not known to be old. */
function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 0 && (major < 7 || (major === 7 && minor < 8))
}
