/** Pages as somebody reads them in the dark, on a telephone, or in French, whose words are longer. */
import type { Page } from 'playwright-core'
import { asked, findings, overflow, picture, settled, type Visit, within } from './console.ts'

interface Swept {
  /** `/organizations/acme/roles` */
  path: string
  /** In French. */
  title?: string
  /** Of its pictures, light and dark. */
  picture?: string
}

/** @returns what axe-core finds at each page, light and dark, wide and narrow, and what lies beyond the right edge; empty when all is well */
export async function sweep(
  visit: Visit,
  as: { readonly token: string | undefined } | undefined,
  pages: readonly Swept[],
): Promise<string[]> {
  const page = await visit.open({ ...(as ? { as } : {}), language: 'fr' })
  const wrong: string[] = []
  for (const { path, title, picture: name } of pages) {
    const note = (how: string, found: readonly string[]) => wrong.push(...found.map((finding) => `${path}, ${how}: ${finding}`))
    await turnTo(page, visit.at(path))
    await page
      .getByRole('heading', { level: 1, ...(title === undefined ? {} : { name: title, exact: true }) })
      .first()
      .waitFor()
    await settled(page)
    note('light', await findings(page))
    if (name !== undefined) await picture(page, name)
    await within(page, 'dark', page.emulateMedia({ colorScheme: 'dark' }))
    note('dark', await findings(page, ['color-contrast']))
    if (name !== undefined) await picture(page, `${name}-dark`)
    await within(page, 'narrow window', page.setViewportSize({ width: 320, height: 900 }))
    note('narrow', await findings(page, rulesOfLayout))
    const beyond = await overflow(page)
    if (beyond > 0) note('narrow', [`${beyond} pixels beyond the right edge`])
    await within(page, 'wide window', page.setViewportSize({ width: 1280, height: 900 }))
    await within(page, 'light', page.emulateMedia({ colorScheme: 'light' }))
  }
  return wrong
}

/** Those that a narrow page may break which a wide one keeps. */
const rulesOfLayout = ['aria-hidden-focus', 'button-name', 'link-name', 'scrollable-region-focusable']

/** As a link in the page would: what is loaded stays, which is most of what a page costs. */
async function turnTo(page: Page, address: string): Promise<void> {
  if (page.url().startsWith(new URL('/', address).href))
    await asked(page, 'turn', `history.pushState(null, '', ${JSON.stringify(address)})`)
  else await page.goto(address)
}
