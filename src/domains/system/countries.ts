/** The countries that an account may name. */
// The package's own entry would load the names in all its eighty languages.
import names from 'i18n-iso-countries/index.js'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import type { Schema } from '../../contract/operation.ts'

names.registerLocale(english)

const byCode = new Map(Object.entries(names.getNames('en', { select: 'official' })))

export const countries: readonly Schema<'Country'>[] = [...byCode]
  .map(([code, name]) => ({ code, name }))
  .sort((a, b) => a.name.localeCompare(b.name, 'en'))

export const isCountry = (code: string): boolean => byCode.has(code)

/** A code that has left the standard since it was stored stands for itself. */
export const countryOf = (code: string): Schema<'Country'> => ({ code, name: byCode.get(code) ?? code })
