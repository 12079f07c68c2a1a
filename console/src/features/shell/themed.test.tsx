import { act, render } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { currentLook, type Look, wear } from '@/kit/look.ts'
import common from '../../i18n/messages/en.json'
import { Themed } from './themed.tsx'

beforeAll(() => i18next.use(initReactI18next).init({ lng: 'en', defaultNS: 'common', resources: { en: { common } } }))
afterEach(() => wear(undefined))

test('an organization without a mark of its own has that of the console, and not that of the one before', () => {
  const mark = document.head.appendChild(document.createElement('link'))
  mark.rel = 'icon'
  const wears = (favicon: string) => {
    const look: Look = { ...currentLook(), favicon }
    act(() => wear(look))
    return mark.getAttribute('href')
  }
  render(<Themed>{null}</Themed>)
  expect(wears('data:image/png;base64,AAAA')).toBe('data:image/png;base64,AAAA')
  expect(wears('https://elsewhere.example/icon.png')).toBe('/console/icon.svg')
  expect(wears('data:image/png;base64,BBBB')).toBe('data:image/png;base64,BBBB')
  expect(wears('')).toBe('/console/icon.svg')
  mark.remove()
})
