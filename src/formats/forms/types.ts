/** A form file (`.forms.yml`) in its newest shape; older ones are converted on reading. Names are those of the wire. */

export const formTypes = ['integer', 'float', 'string', 'array', 'boolean', 'map'] as const
export type FormType = (typeof formTypes)[number]

export const widgets = [
  'auto_complete',
  'dropdown',
  'radios',
  'slider_list',
  'slider_range',
  'number',
  'simple_text',
  'switch',
  'text_area',
  'cy_cred',
  'cy_scs',
  'cy_crs',
  'cy_branch',
  'cy_inventory_resource',
  'hidden',
] as const
export type Widget = (typeof widgets)[number]

export const technologies = ['pipeline', 'terraform', 'ansible', 'custom'] as const
export type Technology = (typeof technologies)[number]

export interface FormsFile {
  version: string
  use_cases: FormUseCase[]
}

export interface FormUseCase {
  name: string
  sections: FormSection[]
}

export interface FormSection {
  name: string
  groups: FormGroup[]
}

export interface FormGroup {
  name: string
  technologies: string[]
  vars: FormEntity[]
  condition?: string
  folded?: boolean
}

/** `default`, `values`, `validations` and `widget_config` keep the shape that the file gives them; the checks know them. */
export interface FormEntity {
  name: string
  key: string
  type: FormType
  widget: Widget
  description?: string
  unit?: string
  required?: boolean
  default?: unknown
  values?: unknown
  values_ref?: string
  widget_config?: unknown
  depends_on?: string[]
  source?: string
  validations?: unknown[]
  folded?: boolean
  /** For quotas; not part of the API's model, so views leave it out. */
  quota_config?: { type: 'cpu' | 'memory' | 'storage'; count_ref?: string }
}

/** Section name → group name → variable key → value, as the API carries them. */
export type FormValues = Record<string, Record<string, Record<string, unknown>>>
