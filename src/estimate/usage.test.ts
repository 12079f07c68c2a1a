import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mappers } from './registry.ts'
import { usageDefaults, usageOf } from './usage.ts'

describe('assumed usage', () => {
  it('is the setting of the organization, otherwise the default, otherwise none', () => {
    const settings = { aws_nat_gateway: { monthly_data_processed_gb: '250.5' } }
    expect(usageOf(settings, 'aws_nat_gateway', 'monthly_data_processed_gb')).toBe('250.5')
    expect(usageOf({}, 'aws_nat_gateway', 'monthly_data_processed_gb')).toBe('10')
    expect(usageOf({}, 'aws_nat_gateway', 'unheard_of')).toBe('0')
    expect(usageOf({}, 'constructor', 'name')).toBe('0')
  })

  it('is the default where a setting makes no sense', () => {
    for (const value of ['', '-5', '1e400', 'NaN', '9'.repeat(40)]) {
      expect(usageOf({ aws_nat_gateway: { monthly_data_processed_gb: value } }, 'aws_nat_gateway', 'monthly_data_processed_gb')).toBe('10')
    }
  })

  it('has a default for every name that a mapper asks for, and only for types that have a mapper', () => {
    for (const provider of ['aws', 'azurerm', 'google']) {
      const folder = new URL(`./${provider}/`, import.meta.url)
      const sources = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      const text = sources.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n')
      const asked = [...text.matchAll(/\.usage\('(\w+)'\)|\[context, '(\w+)'\]/g)].map(([, one, other]) => one ?? other ?? '')
      const defaults = Object.entries(usageDefaults).filter(([type]) => type.startsWith(`${provider}_`))
      const names = new Set(defaults.flatMap(([, own]) => Object.keys(own)))
      expect(asked.filter((name) => !names.has(name))).toEqual([])
      expect(defaults.map(([type]) => type).filter((type) => !mappers.has(type))).toEqual([])
    }
  })
})
