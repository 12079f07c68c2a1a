/**
 * What is wrong with a text that a person wrote: a template, a form, a stack definition, a file to edit. The message names the
 * place and is fit for a stranger; whoever reads the text decides whether it becomes a 422 or a line in a report.
 */
export class FormatError extends Error {
  /** Counted from 1, when the mistake has a place. */
  readonly line: number | undefined

  constructor(message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`)
    this.name = 'FormatError'
    this.line = line
  }
}
