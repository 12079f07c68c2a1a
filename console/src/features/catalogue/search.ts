/** What the addresses of the catalogue carry. Apart from the pages, which are loaded when somebody goes there. */
export const tabs = ['overview', 'form', 'files', 'diagram', 'usage'] as const

export const dialogs = ['component', 'edit', 'derive'] as const

export type StackTab = (typeof tabs)[number]

export interface StackSearch {
  tab?: StackTab | undefined
  use_case?: string | undefined
  section?: string | undefined
  open?: (typeof dialogs)[number] | undefined
}

export function readStackSearch({ tab, use_case, section, open }: Record<string, unknown>): StackSearch {
  const known = tabs.find((name) => name === tab && name !== 'overview')
  const dialog = dialogs.find((name) => name === open)
  return {
    ...(known ? { tab: known } : {}),
    ...(typeof use_case === 'string' ? { use_case } : {}),
    ...(typeof section === 'string' ? { section } : {}),
    ...(dialog ? { open: dialog } : {}),
  }
}

export interface CatalogueSearch {
  q?: string | undefined
  kind?: 'own' | 'blueprints' | undefined
  visibility?: 'local' | 'shared' | undefined
  view?: 'table' | undefined
  new?: true | undefined
}

export function readCatalogueSearch({ q, kind, visibility, view, new: isNew }: Record<string, unknown>): CatalogueSearch {
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(kind === 'own' || kind === 'blueprints' ? { kind } : {}),
    ...(visibility === 'local' || visibility === 'shared' ? { visibility } : {}),
    ...(view === 'table' ? { view } : {}),
    ...(isNew === true ? { new: true as const } : {}),
  }
}

export interface EditSearch {
  edit?: true | undefined
}

export const readEditSearch = (search: Record<string, unknown>): EditSearch => (search.edit === true ? { edit: true } : {})

export interface NewSearch {
  new?: true | undefined
}

export const readNewSearch = (search: Record<string, unknown>): NewSearch => (search.new === true ? { new: true } : {})
