import i18next from 'i18next'
import { afterEach, expect, test, vi } from 'vitest'

// Other pieces of this process brought their sentences along.
const messages = i18next.createInstance()
afterEach(() => {
  vi.doUnmock('i18next')
  vi.resetModules()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a page waits for its sentences when they do not come at once, and is never shown without', async () => {
  const asked: string[] = []
  let isThere = true
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    return isThere ? Response.json({ title: 'Members of the organization' }) : new Response('Bad gateway', { status: 502 })
  })
  vi.resetModules()
  vi.doMock('i18next', () => ({ default: messages }))
  await (await import('./index.ts')).openMessages()
  vi.useFakeTimers()
  isThere = false
  const loaded = messages.loadNamespaces('members')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(messages.hasLoadedNamespace('members')).toBe(false)
  expect(asked.filter((address) => address.includes('features/members/messages/en.json')).length).toBeGreaterThan(3)
  isThere = true
  await vi.advanceTimersByTimeAsync(15_000)
  await loaded
  expect(messages.getResource('en', 'members', 'title')).toBe('Members of the organization')
})
