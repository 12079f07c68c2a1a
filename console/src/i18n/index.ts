/**
 * The sentences of the console, in English and French. Each feature keeps its own beside its pages (`features/<name>/messages/<language>.json`),
 * which are loaded with its pages. test/messages.test.ts holds that both languages say the same, and that no sentence stands in code.
 */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { contentOfFile } from '../api/connection.ts'

export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

/** Their addresses. */
const files = import.meta.glob<string>(['../features/*/messages/*.json', './messages/*.json'], {
  query: '?url',
  import: 'default',
  eager: true,
})

const backend = {
  type: 'backend' as const,
  read(language: string, namespace: string, done: (error: unknown, messages: Record<string, unknown> | null) => void) {
    const path = namespace === 'common' ? `./messages/${language}.json` : `../features/${namespace}/messages/${language}.json`
    const address = files[path]
    if (!address) return done(new Error(`no messages at ${path}`), null)
    // i18next asks once: a page waits for its sentences, whatever happens to the connection, rather than show their names.
    contentOfFile(address).then(
      (messages) => done(null, messages as Record<string, unknown>),
      (error) => done(error, null),
    )
  },
}

const remembered = 'trochoid.language'

export const isLanguage = (text: string | null | undefined): text is Language => languages.includes(text as Language)

/** What somebody chose here, or else what their browser asks for. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(remembered)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((language) => language.slice(0, 2)).find(isLanguage) ?? 'en'
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(remembered, language)
  await i18next.changeLanguage(language)
}

export async function openMessages(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
  })
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: preferredLanguage(),
      fallbackLng: false,
      ns: ['common'],
      defaultNS: 'common',
      // React escapes.
      interpolation: { escapeValue: false },
      returnNull: false,
      react: { useSuspense: true },
    })
}
