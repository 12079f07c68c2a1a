/** A page or a piece of one at an address, for tests: what the API would answer is said by each of them. */
import { MantineProvider } from '@mantine/core'
import { ModalsProvider } from '@mantine/modals'
import { Notifications, notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import {
  createBrowserHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  type RouterHistory,
  RouterProvider,
} from '@tanstack/react-router'
import { cleanup, render } from '@testing-library/react'
import i18next from 'i18next'
import type { ReactNode } from 'react'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, vi } from 'vitest'
import * as client from '@/api/client.ts'
import { Problem } from '@/api/problem.ts'
import { queryClient } from '@/api/query.ts'
import common from '../i18n/messages/en.json'

/** `path` and `body` of what was asked. */
export interface AskedFor {
  path: Record<string, string | number>
  body: Record<string, unknown>
}

/** What is in `data`, by operation; a `Problem` is a refusal. An empty list otherwise. */
export type Answers = Record<string, unknown | ((question: AskedFor) => unknown)>

export interface Stage {
  answers: Answers
  /** What was asked of the operation, in order. */
  asked: (id: string) => AskedFor[]
  /** @param route as the files of routes/ have it; `at`: an address that it fits */
  show: (page: ReactNode, route?: string, at?: string) => void
}

export const refused = (status: number, message: string, ...details: string[]): Problem =>
  new Problem(status, [{ code: 'Refused', message, details }])

/** For `getAccess`: everywhere, these actions. */
export const accessWith = (...actions: string[]) => ({
  rules: actions.map((action) => ({ action, resources: [] })),
  complete: true,
  owns: [],
  blocked: [],
  blocked_by: [],
})

export function openStage(namespaces: Readonly<Record<string, object>>): Stage {
  const said: { id: string; question: AskedFor }[] = []
  const stage: Stage = {
    answers: {},
    asked: (id) => said.filter((one) => one.id === id).map(({ question }) => question),
    show,
  }
  const answer = async (id: string, question: unknown) => {
    said.push({ id, question: question as AskedFor })
    const known = stage.answers[id]
    const data = typeof known === 'function' ? known(question) : (known ?? [])
    if (data instanceof Problem) throw data
    return data
  }
  beforeAll(async () => {
    // jsdom has no fonts, whose arrival the text areas wait for.
    window.scrollTo = () => {}
    Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true })
    await i18next.use(initReactI18next).init({
      lng: 'en',
      ns: ['common', ...Object.keys(namespaces)],
      defaultNS: 'common',
      resources: { en: { common, ...namespaces } } as never,
      interpolation: { escapeValue: false },
    })
  })
  beforeEach(() => {
    said.length = 0
    stage.answers = { getAccess: accessWith('**') }
    vi.spyOn(client, 'call').mockImplementation(async (id, question) => {
      const data = await answer(id, question)
      return { data, ...(Array.isArray(data) ? { pagination: { total: data.length } } : {}) } as never
    })
    vi.spyOn(client, 'dataOf').mockImplementation(async (id, question) => (await answer(id, question)) as never)
  })
  afterEach(() => {
    cleanup()
    history?.destroy()
    notifications.clean()
    queryClient.clear()
    vi.restoreAllMocks()
  })
  return stage
}

let history: RouterHistory | undefined

function show(page: ReactNode, route = '/', at = route): void {
  window.history.replaceState(null, '', at)
  history = createBrowserHistory()
  const root = createRootRoute({ component: Outlet })
  const signedIn = createRoute({ getParentRoute: () => root, id: '_in', component: Outlet })
  const here = createRoute({ getParentRoute: () => signedIn, path: route, component: () => page })
  const router = createRouter({
    defaultErrorComponent: ({ error }) => <pre>{String((error as Error).stack)}</pre>,
    routeTree: root.addChildren([signedIn.addChildren([here])]),
    history,
  })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queryClient}>
        <ModalsProvider>
          <Notifications />
          <RouterProvider router={router as never} />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>,
  )
}
