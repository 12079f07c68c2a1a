/** Coming in: a new account, a forgotten password, an invitation, a second factor. Each begins where the person does, at a link or a page. */
import { beforeAll, describe, expect, test } from 'vitest'
import { inBrowser, noBrowser } from '../support/browser.ts'
import { findings, picture, tabTo, useConsole } from '../support/console.ts'
import { newcomersOf, until } from '../support/newcomers.ts'
import { password, resident, withApp } from '../support/proofs.ts'
import { fresh, member, organization, person, scenario } from '../support/scenario.ts'
import { fillIn, heading, inside, linksOf } from '../support/sign-in-pages.ts'
import { sweep } from '../support/sweep.ts'

const visit = useConsole({ worker: true, config: { rateLimitFactor: 100 } })
const { mailsTo } = newcomersOf(visit.server)
const linkTo = linksOf(visit)

describe.skipIf(noBrowser)(inBrowser('coming in'), () => {
  test('the first person of an installation is told so, creates the account and is signed in at once', async () => {
    const page = await visit.open()
    await page.goto(visit.at('/'))
    await page.getByRole('link', { name: 'Create the first account' }).click()
    await heading(page, 'Create your account')
    await page.getByLabel('E-mail address').fill('first@example.com')
    await page.getByLabel('First name').fill('Ada')
    await page.getByLabel('Last name').fill('Lovelace')
    await expect.poll(() => page.getByLabel('User name').inputValue()).toBe('ada-lovelace')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Create the account' }).click()
    await page.getByText('At least 8 characters', { exact: true }).waitFor()
    await page.getByLabel('Password', { exact: true }).fill('rivers run over old stones')
    await page.getByText('Strong', { exact: true }).waitFor()
    await picture(page, 'sign-up')
    await page.getByRole('button', { name: 'Create the account' }).click()
    await inside(page)
  })

  test('by keyboard alone: everybody after signs up, confirms the address by the mailed link, and signs in', async () => {
    await scenario(visit.server, person(fresh('earlier')))
    const [page, name] = [await visit.open(), fresh('grace')]
    await page.goto(visit.at('/sign-up'))
    await heading(page, 'Create your account')
    for (const [label, text] of [
      ['E-mail address', `${name}@example.com`],
      ['First name', 'Grace'],
      ['Last name', 'Hopper'],
    ] as const) {
      await tabTo(page, label)
      await page.keyboard.type(text)
    }
    await tabTo(page, 'User name')
    await page.keyboard.press('Control+A')
    await page.keyboard.type(name)
    await tabTo(page, 'Password')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await heading(page, 'Read your mail')

    await page.goto(await linkTo(`${name}@example.com`, '/verify-email'))
    await heading(page, 'Confirm your e-mail address')
    await tabTo(page, 'Yes, it is my address')
    await page.keyboard.press('Enter')
    await heading(page, 'Your address is confirmed')
    await tabTo(page, 'Go on')
    await page.keyboard.press('Enter')
    await heading(page, 'Sign in')
    await tabTo(page, 'E-mail address or user name')
    await page.keyboard.type(name)
    await tabTo(page, 'Password')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await inside(page)
  })

  test('a wrong password is refused in words, and a sign-in leads on only to places of this console', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    await scenario(visit.server, organization(acme, member(name)))
    await resident(visit.server, name)
    const page = await visit.open()
    await page.goto(visit.at(`/organizations/${acme}/events?kind=a`))
    await heading(page, 'Sign in')
    await fillIn(page, { identifier: name, secret: 'not the password' })
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor()
    await fillIn(page, { identifier: name })
    await page.waitForURL((url) => url.pathname === `/console/organizations/${acme}/events`)

    const other = await visit.open()
    await other.goto(visit.at('/login?to=//example.com/'))
    await fillIn(other, { identifier: name })
    await inside(other)
    expect(new URL(other.url()).origin).toBe(new URL(visit.server.url).origin)
  })

  test('a forgotten password is replaced by a mailed link, which works once', async () => {
    const { username, email } = await resident(visit.server)
    const page = await visit.open()
    await page.goto(visit.at('/login'))
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await heading(page, 'Forgot your password?')
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('button', { name: 'Send the mail' }).click()
    await heading(page, 'Read your mail')
    const link = await linkTo(email, '/reset-password')
    await page.goto(link)
    await page.getByLabel('New password').fill('a horse of another colour')
    await page.getByRole('button', { name: 'Set the password' }).click()
    await page.getByText('Your password is changed').waitFor()
    await fillIn(page, { identifier: username, secret: 'a horse of another colour' })
    await inside(page)

    const later = await visit.open()
    await later.goto(link)
    await later.getByLabel('New password').fill('a third horse')
    await later.getByRole('button', { name: 'Set the password' }).click()
    await later.getByRole('link', { name: 'Ask for another mail' }).waitFor()
  })

  test('whoever was invited sees to what and by whom, and joins: with a new account, or with theirs', async () => {
    const [acme, name] = [fresh('acme'), fresh('carol')]
    const { inviter, known } = await scenario(visit.server, organization(acme, member('inviter')), person('known'))
    for (const one of ['known', name])
      expect(
        await inviter.inviteUserToOrgMember({
          path: { organization_canonical: acme },
          body: { email: `${one}@example.com`, role_canonical: 'organization-member' },
        }),
      ).toHaveStatus(200)

    const page = await visit.open()
    await page.goto(await linkTo(`${name}@example.com`, '/invitation'))
    await page.getByRole('heading', { level: 2, name: acme }).waitFor()
    await picture(page, 'invitation')
    await page.getByRole('link', { name: 'Create an account and join' }).click()
    await expect.poll(() => page.getByLabel('E-mail address').inputValue()).toBe(`${name}@example.com`)
    await page.getByLabel('First name').fill('Carol')
    await page.getByLabel('Last name').fill('Shaw')
    await page.getByLabel('User name').fill(name)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create the account' }).click()
    await inside(page)
    const members = await inviter.getOrgMembers({ path: { organization_canonical: acme } })
    expect(members.body.data.map(({ username }) => username)).toContain(name)

    const theirs = await visit.open({ as: known })
    await theirs.goto(await linkTo('known@example.com', '/invitation'))
    await theirs.getByRole('button', { name: /^Join as/ }).click()
    await theirs.waitForURL((url) => url.pathname === `/console/organizations/${acme}`)
  })

  test('an invitation is refused to who has another address, and can be declined', async () => {
    const [acme, name] = [fresh('acme'), fresh('carol')]
    const { founder, other } = await scenario(visit.server, organization(acme, member('founder')), person('other'))
    await founder.inviteUserToOrgMember({
      path: { organization_canonical: acme },
      body: { email: `${name}@example.com`, role_canonical: 'organization-member' },
    })
    const page = await visit.open({ as: other })
    await page.goto(await linkTo(`${name}@example.com`, '/invitation'))
    await page.getByText('whose account does not have').waitFor()
    await page.getByRole('button', { name: 'Decline' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
    await heading(page, 'Declined')
  })

  test('a second factor is asked for: a code of the app, or a recovery code that works once', async () => {
    const { username, app, recoveryCodes } = await withApp(visit.server)
    const page = await visit.open()
    await page.goto(visit.at('/login?to=/account/security'))
    await fillIn(page, { identifier: username })
    await heading(page, 'One more step')
    await picture(page, 'second-factor')
    await page.getByLabel('Code of your authenticator app').fill('000000')
    await page.getByRole('button', { name: 'Finish signing in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code of your authenticator app').fill(app.code())
    await page.getByRole('button', { name: 'Finish signing in' }).click()
    await heading(page, 'Security')

    const [code = ''] = recoveryCodes
    for (const works of [true, false]) {
      const other = await visit.open()
      await other.goto(visit.at('/login'))
      await fillIn(other, { identifier: username })
      await other.getByRole('button', { name: 'Use a recovery code' }).click()
      await other.getByLabel('Recovery code').fill(code)
      await other.getByRole('button', { name: 'Finish signing in' }).click()
      if (works) await inside(other)
      else await other.getByRole('alert').waitFor()
    }
  })

  test('a mailed link finishes the sign-in of the page that waits, and asks first in a browser that did not ask for it', async () => {
    const { username, email } = await resident(visit.server)
    await visit.server.database.query('update users set mfa_enabled = true where username = $1', [username])
    const page = await visit.open()
    await page.goto(visit.at('/login?to=/account'))
    await fillIn(page, { identifier: username })
    await page.getByText('A link is on its way').waitFor()
    const tab = await page.context().newPage()
    await tab.goto(await linkTo(email, '/login/confirm'))
    await tab.getByRole('button', { name: 'Finish signing in' }).click()
    await inside(tab)
    await heading(page, 'Profile')

    // The same link, sent by its owner to somebody else.
    const another = await visit.open()
    await another.goto(visit.at('/login'))
    await fillIn(another, { identifier: username })
    await another.getByText('A link is on its way').waitFor()
    const before = await linkTo(email, '/login/confirm')
    const link = await until(async () => {
      const now = await linkTo(email, '/login/confirm')
      return now === before && (await mailsTo(email)).length < 2 ? undefined : now
    })
    const victim = await visit.open()
    await victim.goto(link)
    await victim.getByRole('button', { name: 'Finish signing in' }).click()
    await heading(victim, 'Is this you?')
    await victim.getByText(email).waitFor()
    await picture(victim, 'is-this-you')
    expect(await findings(victim)).toEqual([])
    await victim.getByRole('button', { name: 'This is not me' }).click()
    await heading(victim, 'Sign in')
  })
})

describe.skipIf(noBrowser)(inBrowser('the pages before the sign-in'), () => {
  beforeAll(async () => void (await scenario(visit.server, person('somebody'))))
  const pages = [
    '/login',
    '/sign-up',
    '/forgot-password',
    '/reset-password?token=12-ab',
    '/verify-email?token=12-ab',
    '/verify-email',
    '/login/confirm?token=12-ab',
    '/invitation?token=12-ab',
    '/sso/saml2',
  ]

  test('have no barrier that axe-core finds, light and dark, and fit a screen of 320 pixels', async () => {
    expect(
      await sweep(
        visit,
        undefined,
        pages.map((path) => ({ path, ...(path === '/login' ? { title: 'Connexion', picture: 'login' } : {}) })),
      ),
    ).toEqual([])
  })

  test('speak French to who asks for it, and English to who asks them', async () => {
    const page = await visit.open({ language: 'fr' })
    await page.goto(visit.at('/login'))
    await heading(page, 'Connexion')
    await page.getByRole('button', { name: 'English' }).click()
    await heading(page, 'Sign in')
  })

  test('wear the look of the organization that somebody signs in to', async () => {
    const [acme, ada] = [fresh('acme'), fresh('ada')]
    const cast = await scenario(visit.server, organization(acme, member(ada)))
    const logo = `${visit.server.url}/static/logos/logo.svg`
    const made = await cast[ada]?.createAppearance({
      path: { organization_canonical: acme },
      body: {
        name: 'Ours',
        display_name: 'Acme Cloud',
        tab_title: 'Acme',
        footer: 'Ask the platform team',
        logo,
        favicon: logo,
        color: { r: 150, g: 20, b: 90 },
      },
    })
    expect(made).toHaveStatus(200)
    const { name: _, ...look } = made?.body.data ?? { name: '' }
    const body = { ...look, name: 'Ours', is_active: true } as never
    const canonical = made?.body.data.canonical ?? ''
    expect(
      await cast[ada]?.updateAppearance({ path: { organization_canonical: acme, appearance_canonical: canonical }, body }),
    ).toHaveStatus(200)
    const page = await visit.open()
    await page.goto(visit.at(`/login?organization=${acme}`))
    await page.getByText('Acme Cloud').waitFor()
    await page.getByText('Ask the platform team').waitFor()
    await page.getByRole('button', { name: `Sign in at ${acme}’s own provider` }).waitFor()
    await picture(page, 'login-organization')
    expect(await findings(page)).toEqual([])
  })
})
