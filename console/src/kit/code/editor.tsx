import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import type { CodeProps } from '../code.tsx'
import classes from './code.module.css'
import { common, languageOf } from './setup.ts'

export default function Editor({ value, language, label, onChange, onSave, problems, minHeight = 120, maxHeight = 520 }: CodeProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const changed = useRef(onChange)
  changed.current = onChange
  const saved = useRef(onSave)
  saved.current = onSave
  const first = useRef(value)
  const writable = onChange !== undefined

  useEffect(() => {
    if (!place.current) return
    const state = EditorState.create({
      doc: first.current,
      extensions: [
        keymap.of([
          {
            key: 'Mod-s',
            run: (editor) => {
              saved.current?.(editor.state.doc.toString())
              return saved.current !== undefined
            },
          },
        ]),
        common(label),
        languageOf(language),
        lintGutter(),
        EditorState.readOnly.of(!writable),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed.current?.(update.state.doc.toString())
        }),
      ],
    })
    const made = new EditorView({ state, parent: place.current })
    view.current = made
    return () => {
      first.current = made.state.doc.toString()
      made.destroy()
    }
  }, [label, language, writable])

  // What comes from outside replaces the text only where it differs: the cursor of who is typing stays.
  useEffect(() => {
    const doc = view.current?.state.doc
    if (doc && doc.toString() !== value) view.current?.dispatch({ changes: { from: 0, to: doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    const made = view.current
    if (!made) return
    const found = (problems ?? []).map(({ line, message }) => {
      const { from, to } = made.state.doc.line(Math.min(Math.max(1, line), made.state.doc.lines))
      return { from, to, message, severity: 'error' as const }
    })
    made.dispatch(setDiagnostics(made.state, found))
  }, [problems])

  return <div ref={place} className={classes.editor} style={{ minHeight, maxHeight }} />
}
