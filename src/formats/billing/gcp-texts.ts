/** Names and lists as Google's exports have them. */

/** `service.description`, `service_description` and `Service Description` are the same. */
export const gcpName = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()

/**
 * A list of records as JSON (`[{"key": "env", "value": "prod"}]`), or one record alone. Numbers keep their digits. Undefined: it is
 * something else.
 */
export function recordsOf(text: string): Map<string, string>[] | undefined {
  try {
    const parsed: unknown = JSON.parse(exactNumbers(text))
    if (parsed === null) return []
    const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed]
    const records: Map<string, string>[] = []
    for (const item of list) {
      if (item === null) continue
      if (typeof item !== 'object' || Array.isArray(item)) return undefined
      records.push(new Map(Object.entries(item).map(([key, value]) => [key, textOf(value)])))
    }
    return records
  } catch {
    // No JSON, or nested so deeply that writing it again is impossible.
    return undefined
  }
}

/** Numbers in JSON become texts, so that none of their digits is lost. */
export function exactNumbers(json: string): string {
  return json.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  )
}

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)

/** Labels: a list of keys and values, or one map. What cannot be read is no label, and no reason to refuse a bill. */
export function pairsOf(text: string): [string, string][] {
  if (text === '' || text === '[]' || text === '{}') return []
  const records = recordsOf(text)
  if (!records) return []
  return records.flatMap((record): [string, string][] => {
    const key = record.get('key')
    if (key === undefined) return [...record]
    return [[key, record.get('value') ?? '']]
  })
}
