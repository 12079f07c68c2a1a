import { MantineProvider } from '@mantine/core'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { useState } from 'react'
import { initReactI18next } from 'react-i18next'
import { beforeAll, expect, test } from 'vitest'
import { platformColour, themeOf } from '@/kit/theme.ts'
import common from '../../i18n/messages/en.json'
import messages from './messages/en.json'
import { NewPassword } from './new-password.tsx'

beforeAll(() => i18next.use(initReactI18next).init({ lng: 'en', defaultNS: 'common', resources: { en: { common, 'sign-in': messages } } }))

function Form() {
  const [value, setValue] = useState('')
  return (
    <MantineProvider env="test" theme={themeOf(platformColour, 'Close')}>
      <NewPassword label="New password" value={value} onChange={(event) => setValue(event.currentTarget.value)} />
    </MantineProvider>
  )
}

const heard = () => document.getElementById(screen.getByLabelText('New password').getAttribute('aria-describedby') ?? '')?.textContent

test('who hears the page is told what is asked of a password, and how good it is', async () => {
  render(<Form />)
  expect(heard()).toBe(messages.strength.rule)
  await userEvent.type(screen.getByLabelText('New password'), 'abc')
  expect(heard()).toBe(messages.strength.short)
})

test('by keyboard alone it can be shown', async () => {
  render(<Form />)
  await userEvent.type(screen.getByLabelText('New password'), 'abc')
  await userEvent.tab()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: messages.fields.reveal }))
  await userEvent.keyboard('{Enter}')
  expect(screen.getByLabelText('New password').getAttribute('type')).toBe('text')
})
