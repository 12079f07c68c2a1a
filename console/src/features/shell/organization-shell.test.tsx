// @vitest-environment jsdom
/** What somebody reads in an organization that they may not enter like this, or that is restricted. */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { I18nextProvider, initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { useAccess } from '@/access/use-may.ts'
import * as client from '@/api/client.ts'
import type { Data } from '@/api/types.ts'
import commonEn from '@/i18n/messages/en.json'
import commonFr from '@/i18n/messages/fr.json'
import { ActionButton } from '@/kit/action-button.tsx'
import shellEn from './messages/en.json'
import shellFr from './messages/fr.json'
import { OrganizationShell } from './organization-shell.tsx'

type Access = Data<'getAccess'>
const nothing: Access = {
  organization: { id: 1, canonical: 'acme', name: 'Acme' },
  rules: [],
  complete: true,
  owns: [],
  blocked: [],
  blocked_by: [],
}

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: 'en',
    ns: ['common', 'shell'],
    defaultNS: 'common',
    resources: { en: { common: commonEn, shell: shellEn }, fr: { common: commonFr, shell: shellFr } },
    interpolation: { escapeValue: false },
  }),
)
afterEach(() => vi.restoreAllMocks())

/** As in the navigation: a button beside the page, here only once it is known what somebody may do. */
function Frame() {
  return (
    <>
      {useAccess('acme') && (
        <ActionButton operation="createTeam" path={{ organization_canonical: 'acme' }}>
          Create
        </ActionButton>
      )}
      <Outlet />
    </>
  )
}

/** A page of Acme, for somebody who may do this there. */
async function open(access: Partial<Access>, language = 'en') {
  await i18next.changeLanguage(language)
  vi.spyOn(window, 'scrollTo').mockReturnValue(undefined)
  vi.spyOn(client, 'call').mockResolvedValue({ data: { ...nothing, ...access } } as never)
  const root = createRootRoute()
  const inside = createRoute({
    getParentRoute: () => root,
    id: '_in',
    component: Frame,
  })
  const organization = createRoute({ getParentRoute: () => inside, path: 'organizations/$organization', component: OrganizationShell })
  const teams = createRoute({
    getParentRoute: () => organization,
    path: 'teams',
    component: () => <p>The teams</p>,
  })
  const login = createRoute({ getParentRoute: () => root, path: 'login', component: () => null })
  const router = createRouter({
    routeTree: root.addChildren([inside.addChildren([organization.addChildren([teams])]), login]),
    history: createMemoryHistory({ initialEntries: ['/organizations/acme/teams?name=core'] }),
  })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <I18nextProvider i18n={i18next}>
          <RouterProvider router={router as never} />
        </I18nextProvider>
      </QueryClientProvider>
    </MantineProvider>,
  )
  return router
}

const reasonOfButton = async () => (await screen.findByRole('button', { name: 'Create' })).getAttribute('aria-description')

describe('an organization', () => {
  test.each([
    ['mfa', 'en', 'Acme asks for another sign-in', /asks for a second factor/],
    ['sso', 'en', 'Acme asks for another sign-in', /its own identity provider/],
    ['mfa', 'fr', 'Acme demande une autre connexion', /exige un second facteur/],
  ] as const)(
    'whose demand the session lacks (%s, %s) says so in place of its pages, and leads to a sign-in that comes back',
    async (lacks, language, title, sentence) => {
      const router = await open({ lacks }, language)
      expect((await screen.findByRole('heading', { level: 1 })).textContent).toBe(title)
      expect(screen.getByRole('status').textContent).toMatch(sentence)
      expect(screen.queryByText('The teams')).toBeNull()
      expect(await reasonOfButton()).toMatch(sentence)
      await userEvent.click(screen.getByRole('link', { name: /Acme/ }))
      await vi.waitFor(() => expect(router.state.location.pathname).toBe('/login'))
      expect(router.state.location.search).toEqual({ organization: 'acme', again: true, to: '/organizations/acme/teams?name=core' })
    },
  )

  test.each([
    ['en', /^This organization is restricted\. Its licence has expired\.$/, 'Its licence has expired. Its subscription has to be paid.'],
    ['fr', /^Cette organisation est restreinte\. Sa licence a expiré\.$/, 'Sa licence a expiré. Son abonnement doit être réglé.'],
  ])('that is blocked says why in the language of the reader: %s', async (language, button, alert) => {
    await open({ blocked: ['its licence …', 'it is not …'], blocked_by: ['licence_expired', 'require_payment'] }, language)
    expect((await screen.findByRole('status')).textContent).toContain(alert)
    expect(screen.getByText('The teams')).toBeTruthy()
    expect(await reasonOfButton()).toMatch(button)
  })

  test('names the rule that is missing, where all rules are told; of too many to be told, the API is asked', async () => {
    await open({})
    expect(await reasonOfButton()).toContain('no rule grants organization:team:create')
    cleanup()
    await open({ complete: false })
    expect(await reasonOfButton()).toBeNull()
  })
})
