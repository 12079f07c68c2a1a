import { FormatError } from '../format-error.ts'
import { evaluate, KeepingData, KeepSignal } from './evaluate.ts'
import { Budget } from './limits.ts'
import type { Template } from './nodes.ts'
import type { Delimiters } from './scan.ts'
import { parse } from './tree.ts'
import { type Dict, fromData } from './values.ts'

export { legacyKeys, substituteLegacy } from './legacy.ts'

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
