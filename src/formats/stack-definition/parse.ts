/** Reads `.cycloid.yml`, versions 1 to 4. */
import { FormatError } from '../format-error.ts'
import { Reader } from './reader.ts'
import { readTree, type Tree } from './tree.ts'
import type { StackDefinition } from './types.ts'
import { readUseCase } from './use-case.ts'

/** The use case of a version 1 file, which has only one and gives it no name. */
const onlyUseCase = 'default'

/**
 * Texts stay as they are written, but for blanks around the canonical, the image and paths. An image that is no http(s)
 * address is left out: it is decoration.
 * @throws FormatError one sentence with everything that is wrong, each with its key and what is expected there
 */
export function parseStackDefinition(text: string): StackDefinition {
  const root = readTree(text)
  if (!(root instanceof Map)) throw new FormatError('it must be a map with at least name, canonical and config')
  const reader = new Reader()
  const read = (key: string) => reader.text(root, key, key)
  const name = read('name')?.trim() ?? ''
  if (name === '') reader.note('name', 'is missing')
  const definition = {
    name,
    canonical: canonicalOf(root, reader),
    description: read('description') ?? '',
    author: read('author')?.trim() ?? '',
    keywords: keywordsOf(root, reader),
    image: usableImage(read('image')),
    visibility: visibilityOf(read('status')),
    technologies: technologiesOf(root, reader),
    dependencies: dependenciesOf(root, reader),
    blueprint: reader.boolean(root, 'template', 'template'),
    ...useCasesOf(root, reader),
  }
  reader.finish()
  return definition
}

function canonicalOf(root: Map<string, Tree>, reader: Reader): string {
  const canonical = reader.text(root, 'canonical', 'canonical')?.trim() ?? ''
  if (canonical === '') reader.note('canonical', 'is missing')
  else if (canonical.length < 3 || canonical.length > 100 || !/^[a-z0-9][a-z0-9_-]*[a-z0-9]$/.test(canonical))
    reader.note('canonical', 'must be 3 to 100 lower case letters, digits, dashes and underscores, with a letter or digit at both ends')
  return canonical
}

function keywordsOf(root: Map<string, Tree>, reader: Reader): string[] {
  const items = reader.list(root.get('keywords'), 'keywords', 'texts')
  return items.flatMap((item, index) => {
    reader.count()
    return reader.text(new Map([['it', item]]), 'it', `keywords[${index}]`)?.trim() || []
  })
}

function technologiesOf(root: Map<string, Tree>, reader: Reader): StackDefinition['technologies'] {
  return reader.list(root.get('technologies'), 'technologies', 'maps with technology and version').map((item, index) => {
    const place = `technologies[${index}]`
    reader.count()
    const map = reader.map(item, place, 'technology and version')
    return {
      technology: reader.text(map, 'technology', `${place}.technology`)?.trim() ?? '',
      version: reader.text(map, 'version', `${place}.version`)?.trim() ?? '',
    }
  })
}

function dependenciesOf(root: Map<string, Tree>, reader: Reader): StackDefinition['dependencies'] {
  return reader.list(root.get('dependencies'), 'dependencies', 'maps with ref and required').map((item, index) => {
    const place = `dependencies[${index}]`
    reader.count()
    const map = reader.map(item, place, 'ref and required')
    const ref = reader.text(map, 'ref', `${place}.ref`)?.trim() ?? ''
    if (!/^[^:]+:[^:]+$/.test(ref)) reader.note(`${place}.ref`, 'must be the reference of a stack, like acme:web')
    return { ref, required: reader.boolean(map, 'required', `${place}.required`) }
  })
}

/** Only what every reader of the answer takes for an address, and a browser may load. */
function usableImage(text: string | undefined): string | null {
  const image = text?.trim() ?? ''
  return image.length <= 2048 && /^https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i.test(image) && isAddress(image) ? image : null
}

/** The API's format `uri` knows brackets in the host only, and percent signs only before two digits. */
const isAddress = (text: string): boolean => URL.canParse(text) && !/[[\]]|%(?![0-9a-f]{2})|#.*#/i.test(text)

function visibilityOf(status: string | undefined): StackDefinition['visibility'] {
  const text = status?.trim().toLowerCase()
  return text === 'public' ? 'shared' : text === 'private' ? 'local' : null
}

type Shape = Pick<StackDefinition, 'version' | 'engine' | 'use_cases'>

/**
 * Where no version is written, the shape decides: technologies directly below `config` are version 1; use cases are read like
 * version 3, since such files use the dotted tokens that only the newer engine knows.
 */
function useCasesOf(root: Map<string, Tree>, reader: Reader): Shape {
  const written = versionOf(root, reader)
  const value = root.get('config')
  if (value === undefined || value === null) reader.note('config', 'is missing')
  const config = reader.map(value, 'config', 'use cases')
  const single = (written ?? 1) === 1 && isOneUseCase(config)
  const version = written ?? (single ? 1 : 3)
  const use_cases = single
    ? [readUseCase(onlyUseCase, config, 'config', reader)]
    : [...config].map(([key, useCase]) => {
        const place = `config.${key}`
        if (!/^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/.test(key) || key.length > 100)
          reader.note(place, 'must be named by 1 to 100 lower case letters, digits, dashes and underscores')
        if (!(useCase instanceof Map)) reader.note(place, 'must be a use case: a map with name and technologies such as pipeline')
        return readUseCase(key, useCase instanceof Map ? useCase : new Map(), place, reader)
      })
  if (config.size === 0 && value !== undefined && value !== null) reader.note('config', 'must have at least one use case')
  if (!single && isOneUseCase(config))
    reader.note('config', `must hold use cases, each with its technologies below it: this is how version 1 looks, not version ${version}`)
  return { version, engine: version <= 2 ? 'legacy' : 'template', use_cases }
}

function versionOf(root: Map<string, Tree>, reader: Reader): StackDefinition['version'] | undefined {
  const text = reader.text(root, 'version', 'version')?.trim()
  if (text === undefined || text === '') return undefined
  const version = ([1, 2, 3, 4] as const).find((known) => String(known) === text)
  if (version === undefined) reader.note('version', `must be 1, 2, 3 or 4`)
  return version
}

/** A use case called `pipeline` has its pipeline one level deeper. */
function isOneUseCase(config: Map<string, Tree>): boolean {
  const pathBelow = (value: Tree | undefined) =>
    value instanceof Map && [...value.values()].some((entry) => entry instanceof Map && typeof entry.get('path') === 'string')
  return ['pipeline', 'terraform', 'ansible'].some((technology) => pathBelow(config.get(technology)))
}
