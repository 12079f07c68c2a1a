/** A load_var: the contents of a file as a variable of the build. */
import { jsonOfUnknown } from '../../../formats/json-value.ts'
import type { Json, LoadVarStep } from '../../../formats/pipeline/types.ts'
import { readVars } from '../../../formats/pipeline/vars.ts'
import { StepError } from './errors.ts'
import type { Leaf } from './leaf.ts'
import { storable } from './redact.ts'
import type { Running } from './running.ts'

export async function runLoadVar(step: LoadVarStep, { vars, artifacts }: Running, leaf: Leaf): Promise<'succeeded' | 'failed'> {
  leaf.tell('initialize')
  const path = await vars.fillText(step.file, 'file')
  leaf.tell('start')
  const text = await artifacts.read(path, 'file')
  vars.setLocal(step.load_var, contentsOf(text, formatOf(step, path), path), !step.reveal)
  leaf.log.write('stdout', `var ${step.load_var} loaded from ${path}\n`)
  leaf.tell('finish', { succeeded: true })
  return 'succeeded'
}

type Format = NonNullable<LoadVarStep['format']>

function formatOf({ format }: LoadVarStep, path: string): Format {
  if (format) return format
  const ending = /\.(json|ya?ml)$/.exec(path)?.[1]
  return ending === 'json' || ending === 'yml' || ending === 'yaml' ? ending : 'trim'
}

function contentsOf(text: string, format: Format, path: string): Json {
  if (format === 'raw') return storable(text)
  if (format === 'trim') return storable(text).trim()
  try {
    return format === 'json' ? jsonOfUnknown(JSON.parse(text), path) : yamlOf(text)
  } catch {
    // What a parser says quotes the text, which is secret as far as anybody knows.
    throw new StepError(`file: ${path} could not be read as ${format}`)
  }
}

/** Our reader wants maps, and a file may hold anything: it is read as the only value of one. */
function yamlOf(text: string): Json {
  const body = text.replace(/^\ufeff?(?:---[ \t]*\r?\n)?/, '')
  const value = readVars(`value:\n${body.replace(/^/gm, '  ')}`)['value']
  if (value === undefined) throw new Error('nothing in it')
  return value
}
