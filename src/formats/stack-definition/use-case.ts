/** One use case of a stack: its name and the files that it is made from. */
import type { Reader } from './reader.ts'
import type { Tree } from './tree.ts'
import type { UseCase, UseCaseFile } from './types.ts'

/** Keys that are not known are left alone, so that files of later versions can still be used. */
export function readUseCase(key: string, map: Map<string, Tree>, place: string, reader: Reader): UseCase {
  reader.count()
  const inner = <T>(technology: string, read: (entries: Map<string, Tree>, place: string, reader: Reader) => T): T =>
    read(reader.map(map.get(technology), `${place}.${technology}`, 'files'), `${place}.${technology}`, reader)
  return {
    key,
    name: reader.text(map, 'name', `${place}.name`)?.trim() || key,
    description: reader.text(map, 'description', `${place}.description`) ?? '',
    cloud_provider: knownProvider(reader.text(map, 'cloud_provider', `${place}.cloud_provider`)),
    files: [
      ...inner('pipeline', pipelineFiles),
      ...(['terraform', 'ansible', 'raw'] as const).flatMap((technology) => inner(technology, copiedFiles(technology))),
      ...inner('custom', customFiles),
    ],
  }
}

/** As Terraform calls its providers; what the API's model does not know is left out. */
const providers = new Set('aws google azurerm flexibleengine openstack scaleway vmware ovh alibaba oracle vsphere kubernetes'.split(' '))
const otherNames = new Map([
  ['amazon', 'aws'],
  ['azure', 'azurerm'],
  ['gcp', 'google'],
  ['gcloud', 'google'],
  ['alicloud', 'alibaba'],
  ['oci', 'oracle'],
  ['k8s', 'kubernetes'],
])

function knownProvider(text: string | undefined): string | null {
  const name = text?.trim().toLowerCase() ?? ''
  const provider = otherNames.get(name) ?? name
  return providers.has(provider) ? provider : null
}

function pipelineFiles(entries: Map<string, Tree>, place: string, reader: Reader): UseCaseFile[] {
  const files: UseCaseFile[] = []
  if (entries.has('pipeline')) {
    const path = pathOf(mapAt(entries, 'pipeline', place, reader), `${place}.pipeline`, reader)
    files.push({ technology: 'pipeline', key: 'pipeline', path })
  } else if (entries.size > 0) reader.note(`${place}.pipeline`, 'is missing: it names the file of the pipeline')
  if (entries.has('variables')) {
    const map = mapAt(entries, 'variables', place, reader)
    const variables = `${place}.variables`
    const [path, destination] = [pathOf(map, variables, reader), destinationOf(map, variables, reader)]
    files.push({ technology: 'pipeline', key: 'variables', path, destination })
  }
  return files
}

const copiedFiles =
  (technology: 'terraform' | 'ansible' | 'raw') =>
  (entries: Map<string, Tree>, place: string, reader: Reader): UseCaseFile[] =>
    [...entries.keys()].map((key) => {
      const map = mapAt(entries, key, place, reader)
      const here = `${place}.${key}`
      assertKey(key, here, reader)
      return { technology, key, path: pathOf(map, here, reader), destination: destinationOf(map, here, reader) }
    })

/** One entry for each template of a key. */
function customFiles(entries: Map<string, Tree>, place: string, reader: Reader): UseCaseFile[] {
  return [...entries.keys()].flatMap((key) => {
    const map = mapAt(entries, key, place, reader)
    const here = `${place}.${key}`
    assertKey(key, here, reader)
    const var_path = map.has('var_path') ? pathOf(map, here, reader, 'var_path') : null
    const templates = reader.list(map.get('templates'), `${here}.templates`, 'templates')
    if (templates.length === 0) reader.note(`${here}.templates`, 'is missing: it lists paths and their destination')
    return templates.map((item, index): UseCaseFile => {
      const at = `${here}.templates[${index}]`
      reader.count()
      const template = reader.map(item, at, 'paths, destination and config')
      const config = reader.map(template.get('config'), `${at}.config`, 'settings')
      const isFile = reader.boolean(config, 'destination_is_file', `${at}.config.destination_is_file`)
      const paths = pathsOf(template, at, reader)
      if (isFile && paths.length > 1) reader.note(`${at}.paths`, 'must be one path when the destination is a file')
      return { technology: 'custom', key, var_path, paths, destination: destinationOf(template, at, reader), destination_is_file: isFile }
    })
  })
}

function pathsOf(template: Map<string, Tree>, place: string, reader: Reader): string[] {
  const items = reader.list(template.get('paths'), `${place}.paths`, 'paths')
  if (items.length === 0) reader.note(`${place}.paths`, 'is missing: it lists the files to render')
  return items.map((item, index) => {
    reader.count()
    return pathOf(new Map([['it', item]]), `${place}.paths[${index}]`, reader, 'it')
  })
}

function mapAt(entries: Map<string, Tree>, key: string, place: string, reader: Reader): Map<string, Tree> {
  reader.count()
  const value = entries.get(key)
  if (value instanceof Map) return value
  reader.note(`${place}.${key}`, 'must be a map with the path of a file')
  // Whoever reads on would only say the same again.
  const template = new Map<string, Tree>([
    ['paths', ['missing']],
    ['destination', 'missing'],
  ])
  return new Map<string, Tree>([
    ['path', 'missing'],
    ['destination', 'missing'],
    ['templates', [template]],
  ])
}

/** The key stands in answers and in the names of what is saved. */
function assertKey(key: string, place: string, reader: Reader): void {
  if (!/^[a-z0-9][\w. -]{0,99}$/i.test(key))
    reader.note(place, 'must be named by 1 to 100 letters, digits, dots, dashes, underscores and blanks, with a letter or digit first')
}

/** Below the stack's directory, without `./` and doubled slashes: as git names it. */
function pathOf(map: Map<string, Tree>, place: string, reader: Reader, key = 'path'): string {
  const here = key === 'it' ? place : `${place}.${key}`
  const text = reader.text(map, key, here)?.trim() ?? ''
  if (text === '') reader.note(here, 'is missing: it names a file of the stack')
  else if (leaves(text)) reader.note(here, 'must be a path below the directory of the stack, without ".." and not absolute')
  return tidy(text)
}

/** In the config repository; its tokens are filled in later, and what comes out is looked at again then. */
function destinationOf(map: Map<string, Tree>, place: string, reader: Reader): string {
  const here = `${place}.destination`
  const text = reader.text(map, 'destination', here)?.trim() ?? ''
  if (text === '') reader.note(here, 'is missing: it says where the file goes in the config repository')
  else if (leaves(withoutTokens(text))) reader.note(here, 'must be a path in the config repository, without ".." and not absolute')
  return text
}

const leaves = (path: string): boolean =>
  path.length > 1024 || path.startsWith('/') || /[\\\p{Cc}]/u.test(path) || path.split('/').includes('..')

/** What stands in a token is a program, not a path. Quadratic at worst, so only of what is short. */
const withoutTokens = (text: string): string => (text.length > 1024 ? text : text.replace(/\(\$[\s\S]*?\$\)/g, 'x'))

const tidy = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
