/** Server-sent events out of bytes that arrive in pieces of any size. */
export interface Frame {
  id: string | undefined
  /** Empty when the frame does not say. */
  event: string
  data: string
}

/** @param mostCharacters of one frame, comments included @throws RangeError (from `push`) when a frame is longer */
export function openFrames(mostCharacters: number): { push(chunk: Uint8Array): Frame[] } {
  // It takes a mark of the byte order off too.
  const decoder = new TextDecoder()
  let line = ''
  let size = 0
  let endedWithReturn = false
  let fields: { id: string | undefined; event: string; data: string[] | undefined } = empty()

  const take = (text: string): Frame | undefined => {
    if (text === '') {
      const { id, event, data } = fields
      fields = empty()
      size = 0
      return data === undefined ? undefined : { id, event, data: data.join('\n') }
    }
    const colon = text.indexOf(':')
    const name = colon < 0 ? text : text.slice(0, colon)
    // Without a colon the whole line is the name of a field that is empty.
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') {
      fields.data ??= []
      fields.data.push(value)
    } else if (name === 'id' && !value.includes('\0')) fields.id = value
    else if (name === 'event') fields.event = value
    return undefined
  }

  return {
    push(chunk) {
      let text = decoder.decode(chunk, { stream: true })
      // The second half of a line end whose first half came with the piece before.
      if (endedWithReturn && text.startsWith('\n')) text = text.slice(1)
      if (text !== '') endedWithReturn = text.endsWith('\r')
      const frames: Frame[] = []
      let begin = 0
      for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) {
        const whole = line + text.slice(begin, index)
        line = ''
        begin = index + end.length
        size += whole.length + 1
        if (size > mostCharacters) throw new RangeError(`a frame of more than ${mostCharacters} characters`)
        const frame = take(whole)
        if (frame) frames.push(frame)
      }
      line += text.slice(begin)
      if (size + line.length > mostCharacters) throw new RangeError(`a frame of more than ${mostCharacters} characters`)
      return frames
    },
  }
}

const empty = () => ({ id: undefined, event: '', data: undefined })
