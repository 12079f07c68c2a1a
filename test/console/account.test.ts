/** One's own account: who one is, how one proves it, where one is signed in, what happened, and the way out. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { until } from '../support/newcomers.ts'
import { appWith, login, mailsTo, password, quietMoment, resident, signedIn } from '../support/proofs.ts'
import { fresh, member, organization, person, scenario } from '../support/scenario.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole({ worker: true, config: { rateLimitFactor: 100 } })
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const dialog = (page: Page) => page.getByRole('dialog')

describe.skipIf(noBrowser)(inBrowser('the account'), () => {
  test('by keyboard alone: the name changes, and the console speaks the language that was chosen', async () => {
    const { ada } = await scenario(visit.server, person('ada'))
    const page = await visit.open({ as: ada })
    await page.goto(visit.at('/account'))
    await heading(page, 'Profile')
    await page.getByLabel('First name').waitFor()
    await tabTo(page, 'First name')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('A')
    await page.keyboard.press('Enter')
    await page.getByText('At least 2 characters').waitFor()
    expect(await page.evaluate('document.activeElement.value')).toBe('A')
    await page.keyboard.type('ugusta')
    await tabTo(page, 'Language', 12)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Save')
    await page.keyboard.press('Enter')
    await heading(page, 'Profil')
    const { body } = await ada.getUserAccount()
    expect(body.data).toMatchObject({ given_name: 'Augusta', locale: 'fr' })
  })

  test('an address is added, confirmed by its mail, made the primary one, and the old one removed', async () => {
    const me = await resident(visit.server)
    const [page, next] = [await visit.open({ as: await signedIn(visit.server, me) }), `${fresh('other')}@example.com`]
    await page.goto(visit.at('/account'))
    await page.getByLabel('Another address').fill('nonsense')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Write an address such as').waitFor()
    await page.getByLabel('Another address').fill(next)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('not confirmed').waitFor()
    const mail = await until(async () => (await mailsTo(visit.server, next, 'Confirm your e-mail address')).at(-1))
    const [, token = ''] = /verify-email\?token=(\S+)/.exec(mail.body) ?? []
    await page.goto(visit.at(`/verify-email?token=${token}`))
    await page.getByRole('button', { name: 'Yes, it is my address' }).click()
    await heading(page, 'Your address is confirmed')
    await page.goto(visit.at('/account'))
    await page.getByRole('button', { name: 'Make primary' }).click()
    await page.getByRole('button', { name: `Remove ${me.email}` }).click()
    await dialog(page).getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: `Remove ${me.email}` }).waitFor({ state: 'detached' })
    await page.getByText(me.email, { exact: true }).waitFor({ state: 'detached' })
  })

  test('a new password ends every session, this one too', async () => {
    const me = await resident(visit.server)
    const page = await visit.open({ as: await signedIn(visit.server, me) })
    await page.goto(visit.at('/account'))
    await page.getByLabel('Present password').fill('not the password')
    await page.getByLabel('New password').fill('a horse of another colour')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Present password').fill(password)
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('Your password is changed').waitFor()
    expect(await login(visit.server, me)).toHaveStatus(401)
  })

  test('an authenticator app is set up with a picture or by hand, and its recovery codes are shown once', async () => {
    const me = await resident(visit.server)
    const page = await visit.open({ as: await signedIn(visit.server, me) })
    await page.goto(visit.at('/account/security'))
    await page.getByRole('button', { name: 'Set up an app' }).click()
    const code = dialog(page).getByLabel('The code that the app shows now')
    await dialog(page)
      .getByRole('img', { name: /^QR code/ })
      .waitFor()
    const width = await dialog(page)
      .getByRole('img', { name: /^QR code/ })
      .evaluate((image) => Number(Reflect.get(image, 'naturalWidth')))
    expect(width).toBeGreaterThan(0)
    expect(await findings(page)).toEqual([])
    await picture(page, 'account-authenticator-app')
    await code.fill('12')
    await page.keyboard.press('Enter')
    await dialog(page).getByText('Six digits').waitFor()
    const secret = ((await dialog(page).locator('code').textContent()) ?? '').replaceAll(' ', '')
    await quietMoment()
    await code.fill(appWith(secret).code())
    await page.keyboard.press('Enter')
    await dialog(page).getByRole('listitem').nth(9).waitFor()
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText('10 codes are left').waitFor()

    // A sign-in that is long ago is not enough to change how one signs in: the refusal has the way to a new one.
    await visit.server.database.query(
      `update sessions set created_at = now() - interval '2 hours' where user_id = (select id from users where username = $1)`,
      [me.username],
    )
    await page.getByRole('button', { name: 'Make new ones' }).click()
    await dialog(page).getByRole('button', { name: 'Make new ones' }).click()
    await dialog(page).getByRole('alert').filter({ hasText: 'Sign in again' }).waitFor()
    await dialog(page).getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await heading(page, 'Sign in')
    await page.getByText('What you are about to do asks for a new sign-in').waitFor()
  })

  test('sessions elsewhere are listed and ended, one or all of them', async () => {
    const me = await resident(visit.server)
    const [here, there, third] = [await signedIn(visit.server, me), await signedIn(visit.server, me), await signedIn(visit.server, me)]
    const page = await visit.open({ as: here })
    await page.goto(visit.at('/account/security'))
    const list = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
    await expect.poll(() => list.count()).toBe(4)
    await page
      .getByRole('button', { name: /^End the session/ })
      .first()
      .click()
    await dialog(page).getByRole('button', { name: 'End' }).click()
    await expect.poll(() => list.count()).toBe(3)
    await page.getByRole('button', { name: 'End all others' }).click()
    await dialog(page).getByRole('button', { name: 'End all others' }).click()
    await expect.poll(() => list.count()).toBe(1)
    for (const ended of [there, third]) expect(await ended.getUserAccount()).toHaveStatus(401)
    await page.getByRole('link', { name: 'Activity' }).click()
    await heading(page, 'Activity')
    await page.getByText('Signed in', { exact: true }).first().waitFor()
    await picture(page, 'account-activity')
  })

  test('the last administrator cannot delete the account, and learns which organization needs another one first', async () => {
    const acme = fresh('acme')
    const { founder, leaver } = await scenario(visit.server, organization(acme, member('founder')), person('leaver'))
    for (const [username, client, refused] of [
      ['founder', founder, true],
      ['leaver', leaver, false],
    ] as const) {
      const page = await visit.open({ as: client })
      await page.goto(visit.at('/account'))
      await page.getByRole('button', { name: 'Delete my account' }).click()
      const go = dialog(page).getByRole('button', { name: 'Delete my account' })
      expect(await go.isDisabled()).toBe(true)
      await dialog(page).getByRole('textbox').fill(username)
      await go.click()
      if (refused)
        await dialog(page)
          .getByRole('alert')
          .filter({ hasText: `last administrator of ${acme}` })
          .waitFor()
      else await page.getByText('Your account is deleted').waitFor()
    }
  })

  test('has no barrier, light and dark, and fits a screen of 320 pixels', async () => {
    const { reader } = await scenario(visit.server, person('reader'))
    const pages = [
      { path: '/account', picture: 'account' },
      { path: '/account/security', picture: 'account-security' },
      { path: '/account/activity', picture: 'account-activity-empty' },
    ]
    expect(await sweep(visit, reader, pages)).toEqual([])
  })
})
