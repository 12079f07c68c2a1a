/** `tags.env` and `ingress[0].protocol` name a place inside of a resource's attributes. */
import { invalid } from '../../errors.ts'

export interface AttributePath {
  /** Where to look; `any`: in the attributes of the state, otherwise in those that people added. */
  in: 'attributes' | 'custom_attributes' | 'any'
  steps: string[]
}

const longest = 300
const mostSteps = 20

/** @throws Invalid */
export function readAttributePath(text: string): AttributePath {
  if (text.length > longest) throw wrong(text.slice(0, longest))
  const steps = text.split('.').flatMap((part) => {
    const [, name, indexes = ''] = /^([^[\]]+)((?:\[\d{1,6}\])*)$/.exec(part) ?? []
    if (name === undefined) throw wrong(text)
    return [name, ...[...indexes.matchAll(/\d+/g)].map(([index]) => index)]
  })
  if (steps.length > mostSteps) throw wrong(text)
  const [first, ...rest] = steps
  return rest.length > 0 && (first === 'attributes' || first === 'custom_attributes') ? { in: first, steps: rest } : { in: 'any', steps }
}

const wrong = (text: string) =>
  invalid(`"${text}" is not the path of an attribute`, [
    `query.${text}: must be names with dots between them, such as tags.env or ingress[0].protocol, at most ${mostSteps}`,
  ])
