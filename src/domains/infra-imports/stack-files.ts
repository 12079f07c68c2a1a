/** The stack that an import makes: a bare one, with the code that was found. */
import { parse, stringify } from 'yaml'
import type { Schema } from '../../contract/operation.ts'
import { bareStack } from '../stacks/bare.ts'

const home = '($ .organization_canonical $)/($ .project $)/($ .environment $)/($ .component $)'

export function importedStack(
  stack: Schema<'NewServiceCatalog'> & { canonical: string },
  provider: string,
  code: ReadonlyMap<string, Buffer>,
): Map<string, Buffer> {
  const files = bareStack(stack)
  const definition = parse(files.get('.cycloid.yml')?.toString('utf8') ?? '')
  const useCase = definition.config.default
  useCase.cloud_provider = provider
  useCase.terraform = {}
  files.delete('terraform/main.tf')
  const keys = new Set<string>()
  for (const [path, content] of code) {
    const key = freeKey(path, keys)
    useCase.terraform[key] = { path: `terraform/${path}`, destination: `${home}/terraform/${path}` }
    files.set(`terraform/${path}`, escaped(content))
  }
  files.set('.cycloid.yml', Buffer.from(stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })))
  return files
}

/** What somebody wrote into a description in the cloud is no template of ours. */
function escaped(content: Buffer): Buffer {
  return content.includes('($') ? Buffer.from(content.toString('utf8').replaceAll('($', '($ "($" $)')) : content
}

function freeKey(path: string, taken: Set<string>): string {
  const base = path.replace(/\.tf$/, '').replace(/[^A-Za-z0-9_-]+/g, '_') || 'main'
  let key = base
  for (let at = 2; taken.has(key); at++) key = `${base}_${at}`
  taken.add(key)
  return key
}
