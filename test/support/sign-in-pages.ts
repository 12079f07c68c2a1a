/** What journeys to and through the sign-in page have in common. */
import type { Page } from 'playwright-core'
import type { Visit } from './console.ts'
import { newcomersOf, until } from './newcomers.ts'
import { password } from './proofs.ts'

/** Where the link of the newest mail to somebody leads, on this console. */
export function linksOf(visit: Visit): (address: string, page: string) => Promise<string> {
  const { mailsTo } = newcomersOf(visit.server)
  return (address, page) =>
    until(async () => {
      for (const { text } of await mailsTo(address)) {
        const [, token] = new RegExp(`${page}\\?token=(\\S+)`).exec(text) ?? []
        if (token) return visit.at(`${page}?token=${token}`)
      }
      return undefined
    })
}

export async function fillIn(page: Page, { identifier, secret = password }: { identifier: string; secret?: string }): Promise<void> {
  await page.getByLabel('E-mail address or user name').fill(identifier)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Inside, whoever they are. */
export const inside = (page: Page) => page.waitForURL((url) => !/\/(?:login|sign-up|sso)\b/.test(url.pathname))

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
