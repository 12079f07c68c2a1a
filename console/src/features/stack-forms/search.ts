/** What the addresses of forms carry. Apart from the pages, which are loaded when somebody goes there. */
export interface ConfigureSearch {
  section?: string | undefined
  use_case?: string | undefined
}

export function readConfigureSearch({ section, use_case }: Record<string, unknown>): ConfigureSearch {
  return { ...(typeof section === 'string' ? { section } : {}), ...(typeof use_case === 'string' ? { use_case } : {}) }
}

export interface CreateSearch {
  stack?: string | undefined
  use_case?: string | undefined
  section?: string | undefined
  step?: 'review' | undefined
  q?: string | undefined
  created?: string | undefined
}

/** Keeps what the page knows. */
export function readCreateSearch(search: Record<string, unknown>): CreateSearch {
  const text = (name: string) => (typeof search[name] === 'string' && search[name] !== '' ? { [name]: search[name] } : {})
  return {
    ...text('stack'),
    ...text('use_case'),
    ...text('section'),
    ...text('q'),
    ...text('created'),
    ...(search.step === 'review' ? { step: 'review' as const } : {}),
  }
}
