/** Pages whose file did not come, because there is no connection. */
import { MantineProvider } from '@mantine/core'
import { onlineManager } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router'
import { act, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import common from '../../i18n/messages/en.json'
import { Broken } from './broken.tsx'
import messages from './messages/en.json'
import { watchMissingPages } from './missing-page.ts'

beforeAll(async () => {
  watchMissingPages()
  await i18next.use(initReactI18next).init({ lng: 'en', defaultNS: 'common', resources: { en: { common, shell: messages } } })
})
afterEach(() => {
  onlineManager.setOnline(true)
  vi.unstubAllGlobals()
})

/** As the build imports it. */
async function importer(): Promise<never> {
  const error = new TypeError('Failed to fetch dynamically imported module: http://localhost/console/assets/members.js')
  window.dispatchEvent(Object.assign(new Event('vite:preloadError', { cancelable: true }), { payload: error }))
  throw error
}

test('without a connection the frame stays, and the page is loaded as soon as there is one', async () => {
  const reload = vi.fn()
  vi.stubGlobal('location', { ...window.location, origin: 'http://localhost', reload })
  let isThere = false
  vi.stubGlobal('fetch', async () => {
    if (!isThere) throw new TypeError('Failed to fetch')
    return Response.json({})
  })
  vi.stubGlobal('scrollTo', () => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const rootRoute = createRootRoute({
    component: () => (
      <>
        <p>The frame</p>
        <Outlet />
      </>
    ),
  })
  const page = createRoute({
    getParentRoute: () => rootRoute,
    path: '/members',
    component: lazyRouteComponent(importer, 'Members' as never),
  })
  const router = createRouter({
    routeTree: rootRoute.addChildren([page]),
    history: createMemoryHistory({ initialEntries: ['/members'] }),
    defaultErrorComponent: Broken,
  })
  onlineManager.setOnline(false)
  render(
    <MantineProvider env="test">
      <RouterProvider router={router as never} />
    </MantineProvider>,
  )
  expect(await screen.findByText(/The platform cannot be reached/)).toBeTruthy()
  expect(screen.getByText('The frame')).toBeTruthy()
  expect(reload).not.toHaveBeenCalled()
  isThere = true
  act(() => void window.dispatchEvent(new Event('online')))
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce())
})
