/** Lists and maps with anything in them, as YAML or JSON. */
import { Textarea } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { isAlias, parseDocument, stringify, visit } from 'yaml'
import classes from './stack-form.module.css'
import { labelled, type Reading, typing, type WidgetProps } from './widget-props.ts'

const longest = 200_000

export function YamlField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { value, entity } = props.field
  const written = useMemo(() => (value === undefined ? '' : typeof value === 'string' ? value : stringify(value)), [value])
  const meant = (text: string): Reading => {
    const { value, mistake } = read(text)
    if (mistake !== undefined) return { mistake: t('field.yaml', { mistake }) }
    // Emptied: what stands there means nothing else, and the default would not be seen.
    return { value: value ?? (entity.type === 'array' ? [] : {}) }
  }
  const [text, change] = typing(props, meant, () => written)
  return (
    <Textarea
      {...labelled(props)}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      autosize
      minRows={4}
      maxRows={20}
      spellCheck={false}
      classNames={{ input: classes.code }}
    />
  )
}

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
  return aliases > 0 ? { mistake: '*' } : { value: document.toJS() }
}
