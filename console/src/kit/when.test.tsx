import { act, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import common from '../i18n/messages/en.json'
import { When } from './when.tsx'

beforeAll(() => i18next.use(initReactI18next).init({ lng: 'en', defaultNS: 'common', resources: { en: { common } } }))
afterEach(() => void vi.useRealTimers())

function see(visible: boolean) {
  Object.defineProperty(document, 'visibilityState', { value: visible ? 'visible' : 'hidden', configurable: true })
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
}

test('how long ago something was goes on while somebody looks, by one timer, and none while nobody does', () => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  const { unmount } = render(
    <>
      <When at={1_700_000_000 - 3} />
      <When at={1_700_000_000 - 3600} />
    </>,
  )
  expect(screen.getByText('3 seconds ago')).toBeTruthy()
  expect(vi.getTimerCount()).toBe(1)
  act(() => vi.advanceTimersByTime(120_000))
  expect(screen.getByText('2 minutes ago')).toBeTruthy()
  see(false)
  expect(vi.getTimerCount()).toBe(0)
  vi.setSystemTime(1_700_007_200_000)
  see(true)
  expect(screen.getByText('2 hours ago')).toBeTruthy()
  expect(screen.getByText('3 hours ago')).toBeTruthy()
  unmount()
  expect(vi.getTimerCount()).toBe(0)
})
