/** What the forms for people have in common. */
import i18next from 'i18next'

const says = (key: 'required' | 'email' | 'name' | 'longName' | 'username' | 'password' | 'url' | 'code') =>
  i18next.t(`sign-in:checks.${key}`)

export const usernamePattern = /^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/

/** As the contract has it; null when it is right. */
export const check = {
  given: (text: string) => (text.trim() === '' ? says('required') : null),
  email: (text: string) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim()) ? null : says('email')),
  name: (text: string) => (text.trim().length < 2 ? says('name') : text.length > 255 ? says('longName') : null),
  username: (text: string) => (text.length >= 3 && text.length <= 100 && usernamePattern.test(text) ? null : says('username')),
  password: (text: string) => (text.length < 8 ? says('password') : null),
  url: (text: string) => (text === '' || (/^https?:\/\//.test(text) && URL.canParse(text)) ? null : says('url')),
  code: (text: string) => (/^\d{6}$/.test(text.replace(/\s/g, '')) ? null : says('code')),
}
