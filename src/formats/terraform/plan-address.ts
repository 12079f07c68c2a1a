/** `module.web["a"].aws_instance.front[0]` in its parts. Keys are any text, so an address is read from its front. */

export interface PlanAddress {
  /** `module.web["a"]`; empty at the root. */
  module: string
  /** `['web']`: the same without keys, as configurations name it. */
  calls: readonly string[]
  type: string
  name: string
  /** `[0]`, `["k"]` or nothing. */
  suffix: string
}

/** Undefined for what is no address of a resource. */
export function readAddress(address: string): PlanAddress | undefined {
  const calls: string[] = []
  let place = 0
  for (;;) {
    const call = matchAt(moduleStep, address, place)
    if (!call) break
    calls.push(call[1] ?? '')
    place += call[0].length
  }
  const resource = matchAt(resourceStep, address, place)
  if (!resource || place + resource[0].length !== address.length) return undefined
  const [, type = '', name = '', suffix = ''] = resource
  return { module: address.slice(0, Math.max(0, place - 1)), calls, type, name, suffix }
}

/** `module.a["k"].module.b` → what is around it, its own name and key. */
export function readModule(module: string): { parent: string; name: string; suffix: string } | undefined {
  let place = 0
  let last: RegExpExecArray | undefined
  let start = 0
  const text = `${module}.`
  for (let step = matchAt(moduleStep, text, place); step; step = matchAt(moduleStep, text, place)) {
    start = place
    last = step
    place += step[0].length
  }
  if (!last || place !== text.length) return undefined
  return { parent: module.slice(0, Math.max(0, start - 1)), name: last[1] ?? '', suffix: last[2] ?? '' }
}

/** `module.a[0].aws_x.y["k"]` → `a/aws_x.y`: where the configuration speaks of it. */
export function placeOf(address: string): string | undefined {
  const parts = readAddress(address)
  return parts && [...parts.calls, `${parts.type}.${parts.name}`].join('/')
}

export const inModule = (module: string, rest: string): string => (module === '' ? rest : `${module}.${rest}`)

const key = String.raw`\[(?:\d+|"(?:[^"\\]|\\.)*")\]`
const identifier = String.raw`[\p{L}_][\p{L}\p{N}_-]*`
const moduleStep = new RegExp(String.raw`module\.(${identifier})((?:${key})?)\.`, 'uy')
const resourceStep = new RegExp(String.raw`(${identifier})\.(${identifier})((?:${key})?)`, 'uy')

function matchAt(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place
  return pattern.exec(text) ?? undefined
}
