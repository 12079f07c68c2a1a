import { unifiedMergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import type { DiffProps } from '../code.tsx'
import classes from './code.module.css'
import { common, languageOf } from './setup.ts'

export default function Diff({ before, after, language, label }: DiffProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!place.current) return
    const view = new EditorView({
      parent: place.current,
      doc: after,
      extensions: [
        common(label),
        languageOf(language),
        EditorState.readOnly.of(true),
        unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } }),
      ],
    })
    return () => view.destroy()
  }, [before, after, language, label])
  return <div ref={place} className={classes.editor} />
}
