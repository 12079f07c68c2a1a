import { invalid } from '../../errors.ts'

/** What holds components does not go before them: their files, their pipelines and what those run would be left behind. */
export function assertEmpty(what: string, components: readonly { canonical: string; environment: string }[]): void {
  if (components.length === 0) return
  const names = components.slice(0, 10).map(({ canonical, environment }) => `component ${environment}/${canonical}`)
  const count = `${components.length} component${components.length === 1 ? '' : 's'}`
  throw invalid(`The ${what} still has ${count}: delete ${components.length === 1 ? 'it' : 'them'} first`, names)
}
