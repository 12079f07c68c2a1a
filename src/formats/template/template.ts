import { FormatError } from '../format-error.ts'
import { evaluate, KeepingData, KeepSignal } from './evaluate.ts'
import { Budget } from './limits.ts'
import type { Template } from './nodes.ts'
import type { Delimiters } from './scan.ts'
import { parse } from './tree.ts'
import { type Dict, fromData } from './values.ts'

/** Values as JSON has them. */
export type TemplateData = Readonly<Record<string, unknown>>

export interface TemplateOptions {
  /** `($` by default; blueprints use `($>`. */
  readonly left?: string
  /** `$)` by default; blueprints use `<$)`. */
  readonly right?: string
  /**
   * What a key that the data does not have does. `print`, the default: it prints `<no value>` and is false in `if`. `keep`: the
   * action that touches it stays in the text byte for byte, as does the whole if, range or with block whose condition touches it.
   * Inside of a range, a with, a defined template or the reach of a variable the action would not mean the same any more, so there
   * the block stays that it depends on; for a variable declared at the top that is the whole text.
   */
  readonly missing?: 'print' | 'keep'
}

/**
 * Renders a text with actions in Go's template syntax, with Go's and sprig's functions. The text and the data may be hostile: a
 * rendering reads nothing but its data and ends within its limits (`limits.ts`).
 * @throws FormatError naming the line
 */
export const renderTemplate = (text: string, data: TemplateData, options: TemplateOptions = {}): string => {
  const delimiters = { left: options.left ?? '($', right: options.right ?? '$)' }
  if (!text.includes(delimiters.left)) return text
  try {
    const template = parse(text, delimiters)
    return options.missing === 'keep' ? renderKeeping(template, data, delimiters) : renderPrinting(template, data, delimiters)
  } catch (error) {
    if (error instanceof FormatError) throw shortened(error)
    // The last resort behind the limits: V8's own, for the stack and for the length of strings.
    if (error instanceof RangeError) throw new FormatError('the template is too large or nested too deeply')
    throw error
  }
}

/** The keys that stacks of versions 1 and 2 know. */
export const legacyKeys: readonly string[] = [
  'organization_canonical',
  'project',
  'project_owner_canonical',
  'project_owner_name',
  'project_owner_surname',
  'project_owner_email',
  'environment',
  'component',
  'use_case',
  'scs_url',
  'scs_branch',
  'scs_cred_type',
  'scs_cred_path',
  'stack_path',
  'cr_url',
  'cr_branch',
  'cr_cred_type',
  'cr_cred_path',
  'inventory_jwt',
  'api_url',
  'console_url',
]

/**
 * Stacks of versions 1 and 2: puts values in the place of `($ key $)`, blanks around the key or not. A key that is not in
 * `legacyKeys`, one without a value, and `($ .key $)` stay as they are. What is put in is not read again.
 */
export const substituteLegacy = (text: string, data: Readonly<Record<string, string>>): string =>
  text.replace(token, (whole, key: string) => (known.has(key) && Object.hasOwn(data, key) && data[key] ? data[key] : whole))

// No two parts of it can match the same characters, so it never goes back.
const token = /\(\$[ \t]*([a-z_]+)[ \t]*\$\)/g

const known = new Set(legacyKeys)

/** Messages quote the text, which may be very long. */
const shortened = (error: FormatError): FormatError => {
  if (error.message.length <= messageLimit) return error
  const place = error.line === undefined ? '' : `line ${error.line}: `
  return new FormatError(`${error.message.slice(place.length, messageLimit)}…`, error.line)
}

const messageLimit = 500

const renderPrinting = (template: Template, data: TemplateData, delimiters: Delimiters): string => {
  const budget = new Budget()
  return evaluate(template, rootOf(data, budget), { budget, delimiters, keepDefinitions: false }).text
}

const renderKeeping = (template: Template, data: TemplateData, delimiters: Delimiters): string => {
  const render = (keepDefinitions: boolean) => {
    const budget = new Budget()
    return evaluate(template, new KeepingData(rootOf(data, budget)), { budget, delimiters, keepDefinitions })
  }
  try {
    const rendered = render(false)
    // What stays may use the templates that the text defines, so they have to stay too.
    return rendered.kept && template.defined.size > 0 ? render(true).text : rendered.text
  } catch (error) {
    if (error instanceof KeepSignal) return template.text
    throw error
  }
}

const rootOf = (data: TemplateData, budget: Budget): Dict => {
  const root = fromData(data, budget)
  return root instanceof Map ? root : new Map()
}
