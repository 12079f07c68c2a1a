import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { AppearanceRow } from './queries.ts'

export function viewAppearance(row: AppearanceRow): Schema<'Appearance'> {
  const { canonical, name, display_name, tab_title, footer, logo, favicon, is_active } = row
  return {
    canonical,
    name,
    display_name,
    tab_title,
    footer,
    logo,
    favicon,
    color: { r: row.color_r, g: row.color_g, b: row.color_b },
    is_active,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}

/** What everybody sees where nothing else is set; its images are served by http/pages.ts. */
export const defaultAppearance = (apiUrl: string): Schema<'Appearance'> => ({
  canonical: 'default',
  name: 'Default',
  display_name: 'Trochoid',
  tab_title: 'Trochoid',
  footer: '',
  logo: `${apiUrl}/static/logos/logo.svg`,
  favicon: `${apiUrl}/static/favicons/favicon.svg`,
  color: { r: 28, g: 151, b: 151 },
  is_active: true,
})
