/** Output of programs that were handed secrets. */

/** What may not be repeated: each value, its lines, and how programs like to write them. */
export function secretsIn(values: readonly string[]): string[] {
  const secrets = new Set<string>()
  for (const value of values)
    for (const part of [value, ...value.split(/\r?\n|\\n/)]) {
      if (part.trim().length < 6) continue
      for (const form of [
        part,
        JSON.stringify(part).slice(1, -1),
        encodeURIComponent(Buffer.from(part).toString()),
        Buffer.from(part).toString('base64'),
      ])
        secrets.add(form)
    }
  return [...secrets].sort((one, other) => other.length - one.length)
}

export function redacted(text: string, secrets: readonly string[]): string {
  let shown = text
  for (const secret of secrets) shown = shown.replaceAll(secret, '***')
  return shown
}

/** Whole lines only: a secret may come in two pieces. */
export function lineByLine(secrets: readonly string[], onLines: (text: string) => void): { push(text: string): void; end(): void } {
  let rest = ''
  const say = (text: string) => {
    // Postgres takes no NUL, and nobody wants colours.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    if (text !== '') onLines(redacted(text, secrets).replace(/\x1b\[[\d;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]/g, ''))
  }
  return {
    push(text) {
      rest += text
      const end = Math.max(rest.lastIndexOf('\n') + 1, rest.length > 64_000 ? rest.length : 0)
      say(rest.slice(0, end))
      rest = rest.slice(end)
    },
    end() {
      say(rest)
      rest = ''
    },
  }
}
