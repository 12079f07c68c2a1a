import { equal, identity, RegoObject, RegoSet, type Value } from './values.ts'

interface Entry {
  key: Value
  content: { kind: 'value'; value: Value } | { kind: 'object'; inner: ObjectBuilder } | { kind: 'set'; members: Value[] }
}

/** An object that is made of parts, each with its path. The parts must agree: what says no has met something else there. */
export class ObjectBuilder {
  readonly #entries = new Map<string, Entry>()

  put(path: readonly Value[], value: Value): boolean {
    const { content } = this.#at(path, (): Entry['content'] => ({ kind: 'value', value }))
    return content?.kind === 'value' && equal(content.value, value)
  }

  addMember(path: readonly Value[], member: Value): boolean {
    const { content } = this.#at(path, (): Entry['content'] => ({ kind: 'set', members: [] }))
    if (content?.kind !== 'set') return false
    content.members.push(member)
    return true
  }

  build(): RegoObject {
    return RegoObject.of(
      [...this.#entries.values()].map(({ key, content }): [Value, Value] => [
        key,
        content.kind === 'value' ? content.value : content.kind === 'set' ? RegoSet.of(content.members) : content.inner.build(),
      ]),
    )
  }

  #at([key, ...rest]: readonly Value[], fresh: () => Entry['content']): { content: Entry['content'] | undefined } {
    if (key === undefined) return { content: undefined }
    const name = identity(key)
    let entry = this.#entries.get(name)
    if (!entry) {
      entry = { key, content: rest.length > 0 ? { kind: 'object', inner: new ObjectBuilder() } : fresh() }
      this.#entries.set(name, entry)
    }
    if (rest.length === 0) return entry
    return entry.content.kind === 'object' ? entry.content.inner.#at(rest, fresh) : { content: undefined }
  }
}
