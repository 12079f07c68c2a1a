/**
 * A real browser, Debian's Chromium, for what only a browser decides: cookies across sites, forms that post themselves,
 * passkeys. It reaches this machine and nothing else.
 */
import { type Browser, type BrowserContext, type BrowserContextOptions, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { executable } from './browser-path.ts'

/** Undefined: there is one. */
export const noBrowser: string | undefined = executable ? undefined : 'skipped: no browser (apt-get install chromium, or set CHROMIUM_PATH)'

/** For `describe`: the name, and why it is skipped if it is. */
export const inBrowser = (name: string): string => (noBrowser === undefined ? name : `${name} (${noBrowser})`)

export interface TestBrowser {
  /** A page of somebody's own browser: it shares no cookie with the others. Closed with the file's last test. */
  open(options?: BrowserContextOptions): Promise<Page>
  /** Another page of the same browser. */
  beside(page: Page): Promise<Page>
}

/** For a whole file. Without a browser it does nothing: the tests say `describe.skipIf(noBrowser)`. */
export function useBrowser(): TestBrowser {
  const mine: BrowserContext[] = []
  // Here, where the wait has a limit of its own, and not within the first test's.
  beforeAll(async () => {
    if (executable) await runningBrowser(executable)
  })
  afterAll(async () => void (await Promise.all(mine.splice(0).map((context) => context.close()))))
  return {
    async open(options = {}) {
      if (!executable) throw new Error(noBrowser)
      const context = await (await runningBrowser(executable)).newContext(options)
      mine.push(context)
      return pageOf(context)
    },
    beside: (page) => pageOf(page.context()),
  }
}

/** A process tests file after file, and starts its browser once. It ends with the process, whose end of the pipe is all it listens to. */
let running: Promise<Browser> | undefined

async function runningBrowser(executablePath: string): Promise<Browser> {
  running ??= launch(executablePath)
  const browser = await running.catch((error: unknown) => {
    running = undefined
    throw error
  })
  if (browser.isConnected()) return browser
  running = undefined
  return runningBrowser(executablePath)
}

async function launch(executablePath: string): Promise<Browser> {
  const args = [
    // Root may not have the sandbox, and nothing is opened here but pages of ours.
    '--no-sandbox',
    '--disable-dev-shm-usage',
    // A graphics card that is imitated only costs time.
    '--disable-gpu',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1',
  ]
  return chromium.launch({ executablePath, args, timeout: 60_000 })
}

/** Generous: two cores carry the browser, the API, the provider and the database. */
async function pageOf(context: BrowserContext): Promise<Page> {
  context.setDefaultTimeout(45_000)
  return context.newPage()
}

export interface Authenticator {
  /** What it holds, for a look at what was made. */
  credentials(): Promise<readonly { isResidentCredential: boolean; rpId?: string; signCount: number }[]>
  /** False: whoever holds it is not its owner. */
  recognise(isOwner: boolean): Promise<void>
}

/** A device that keeps passkeys and recognises its owner at once. It belongs to this page. */
export async function addAuthenticator(page: Page): Promise<Authenticator> {
  const device: CDPSession = await page.context().newCDPSession(page)
  await device.send('WebAuthn.enable')
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    credentials: async () => (await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    async recognise(isOwner) {
      await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: isOwner })
    },
  }
}
