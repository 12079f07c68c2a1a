/** Rego for the eye: words, strings, numbers, comments. */
import type { StreamParser } from '@codemirror/language'

const words = /^(?:package|import|default|not|some|every|in|if|contains|else|with|as|null|true|false)\b/

export const rego: StreamParser<{ raw: boolean }> = {
  name: 'rego',
  startState: () => ({ raw: false }),
  token(stream, state) {
    if (state.raw || stream.match('`')) {
      state.raw = !stream.skipTo('`')
      if (state.raw) stream.skipToEnd()
      else stream.next()
      return 'string'
    }
    if (stream.eatSpace()) return null
    if (stream.match('#')) {
      stream.skipToEnd()
      return 'comment'
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string'
    if (stream.match(/^\d+(?:\.\d+)?(?:e[+-]?\d+)?/i)) return 'number'
    if (stream.match(words)) return 'keyword'
    if (stream.match(/^(?:input|data)\b/)) return 'variableName.special'
    if (stream.match(/^[a-z_]\w*(?=\()/i)) return 'variableName.function'
    if (stream.match(/^[a-z_]\w*/i)) return 'variableName'
    if (stream.match(/^(?::=|==|!=|<=|>=|[=<>+\-*/%&|])/)) return 'operator'
    stream.next()
    return null
  },
  languageData: { commentTokens: { line: '#' } },
}
