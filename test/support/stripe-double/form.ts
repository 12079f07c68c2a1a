/** Forms as Stripe reads them (`items[0][price]=…`), and what answers show of the objects they name. */

export type Form = string | { [name: string]: Form }

/** Lists come as objects with numbers for names. */
export function readForm(text: string): { [name: string]: Form } {
  const root: { [name: string]: Form } = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [...name.matchAll(/([^[\]]+)/g)].map(([, part = '']) => part)
    if (name.endsWith('[]')) path.push(String(Object.keys((root[path[0] ?? ''] as object | undefined) ?? {}).length))
    let at = root
    for (const [index, part] of path.entries()) {
      if (index === path.length - 1) at[part] = value
      else {
        const next = at[part]
        const below: { [name: string]: Form } = typeof next === 'object' ? next : {}
        at[part] = below
        at = below
      }
    }
  }
  return root
}

export const texts = (form: Form | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typeof form === 'object' ? form : {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )

/** @throws Error naming what Stripe does not take */
export function onlyTakes(form: { [name: string]: Form }, allowed: readonly string[], refuse: (parameter: string) => Error): void {
  for (const path of pathsOf(form))
    if (!allowed.some((one) => one === path || (one.endsWith('*') && path.startsWith(one.slice(0, -1))))) throw refuse(path)
}

/** `items[0][price]` as `items.price`. */
function pathsOf(form: Form, prefix = ''): string[] {
  if (typeof form === 'string') return [prefix]
  return Object.entries(form).flatMap(([name, value]) => pathsOf(value, /^\d+$/.test(name) ? prefix : prefix ? `${prefix}.${name}` : name))
}

/** Puts objects where answers have their ids. @throws what `refuse` makes of a path that cannot be expanded */
export function expanded(
  answer: unknown,
  paths: readonly string[],
  find: (id: string) => object | undefined,
  refuse: (message: string) => Error,
): unknown {
  const copy: unknown = structuredClone(answer)
  for (const path of paths) {
    const names = path.split('.')
    if (names.length > 4) throw refuse(`You cannot expand more than 4 levels of a property. Property: ${path}`)
    into(copy, names, path)
  }
  return copy

  function into(at: unknown, [name = '', ...rest]: string[], path: string): void {
    if (Array.isArray(at)) {
      for (const one of at) into(one, [name, ...rest], path)
      return
    }
    // Lists are in the way, and named by some (`data.items.data`), left out by others (`items`).
    if (typeof at !== 'object' || at === null || !(name in at)) throw refuse(`This property cannot be expanded (${path}).`)
    const holder = at as Record<string, unknown>
    const value = holder[name]
    if (typeof value === 'string') {
      const found = find(value)
      if (!found) throw refuse(`This property cannot be expanded (${path}).`)
      holder[name] = structuredClone(found)
    }
    if (rest.length > 0 && holder[name] !== null) into(holder[name], rest, path)
  }
}
