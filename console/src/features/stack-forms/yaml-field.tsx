/** Lists and maps with anything in them, as YAML or JSON. */
import { Textarea } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isAlias, parseDocument, stringify, visit } from 'yaml'
import { same } from './engine.ts'
import classes from './stack-form.module.css'
import { labelled, type WidgetProps } from './widget-props.ts'

const longest = 200_000

export function YamlField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { field, set } = props
  const common = labelled(props)
  const [text, setText] = useState(() => written(field.value))
  const [mistake, setMistake] = useState<string>()
  // What comes from elsewhere (a default, what was saved) replaces the text; what was typed here means the value already.
  useEffect(() => {
    setText((old) => (same(read(old).value, field.value) ? old : written(field.value)))
  }, [field.value])
  return (
    <Textarea
      {...common}
      error={mistake ?? common.error}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value
        setText(next)
        const { value, mistake } = read(next)
        setMistake(mistake === undefined ? undefined : t('field.yaml', { mistake }))
        if (mistake === undefined) set(value)
      }}
      autosize
      minRows={4}
      maxRows={20}
      spellCheck={false}
      classNames={{ input: classes.code }}
    />
  )
}

const written = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : stringify(value))

function read(text: string): { value?: unknown; mistake?: string } {
  if (text.trim() === '') return {}
  if (text.length > longest) return { mistake: `> ${longest}` }
  const document = parseDocument(text)
  const [error] = document.errors
  if (error) return { mistake: error.message.split('\n')[0] ?? '' }
  // An alias that repeats itself would grow without bound.
  let aliases = 0
  visit(document, (_, node) => {
    if (isAlias(node)) aliases++
  })
  return aliases > 0 ? { mistake: '*' } : { value: document.toJS() ?? undefined }
}
