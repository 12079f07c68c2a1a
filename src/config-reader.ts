/** How environment variables become values: every mistake is collected, so that all are reported at once. */

export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

type Environment = Readonly<Record<string, string | undefined>>
export type Reader = ReturnType<typeof openReader>

export function openReader(env: Environment) {
  const problems: string[] = []
  const text = (name: string) => env[name]?.trim() || undefined
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const value = text(name)
    if (value === undefined) return fallback
    const number = Number(value)
    if (Number.isInteger(number) && number >= min && number <= max) return number
    problems.push(`${name} must be a whole number from ${min} to ${max}, not "${value}"`)
    return fallback
  }
  const flag = (name: string, fallback: boolean) => {
    const value = text(name)?.toLowerCase()
    if (value === undefined) return fallback
    if (['1', 'true', 'yes', 'on'].includes(value)) return true
    if (['0', 'false', 'no', 'off'].includes(value)) return false
    problems.push(`${name} must be true or false, not "${value}"`)
    return fallback
  }
  const url = (name: string, protocols: readonly string[]) => {
    const value = text(name)
    if (value === undefined) return undefined
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/+$/, '')
    // The value may hold a password, so it is not repeated.
    problems.push(`${name} must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`)
    return undefined
  }
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T) => {
    const value = text(name)
    if (value === undefined) return fallback
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) problems.push(`${name} must be one of ${values.join(', ')}, not "${value}"`)
    return found ?? fallback
  }

  const list = (name: string) =>
    (text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
  const pairs = (name: string, isValue: (value: string) => boolean, valueIs: string) =>
    new Map(
      list(name).flatMap((pair) => {
        const mark = pair.indexOf('=')
        const [key, value] = [pair.slice(0, mark), pair.slice(mark + 1)]
        if (mark > 0 && isValue(value)) return [[key, value] as const]
        problems.push(`${name} must be name=value pairs separated by commas, each value ${valueIs}, not "${pair}"`)
        return []
      }),
    )
  /** All or none: half a configuration is a mistake that should not wait for the first sign-in. */
  const together = (...names: string[]) => {
    const given = names.filter((name) => text(name) !== undefined)
    if (given.length === 0) return false
    for (const name of names) if (!given.includes(name)) problems.push(`${name} must be set beside ${given.join(' and ')}`)
    return given.length === names.length
  }
  return { problems, text, integer, flag, url, oneOf, list, pairs, together }
}
