import { type MouseEvent, memo } from 'react'
import { useTranslation } from 'react-i18next'
import classes from '../log-view.module.css'
import { beyond, piecesOf } from './ansi.ts'

export interface LineLinks {
  hrefOf: (line: number) => string
  onLine: (line: number) => void
}

interface LogLineProps {
  text: string
  index: number
  /** As people count, and as addresses name it. */
  number: number
  links: LineLinks | undefined
  start: number
  wrapped: boolean
  marked: boolean
  /** Of lines that wrap, whose height nobody knows before. */
  measure: ((element: HTMLElement | null) => void) | undefined
}

export function LogLine({ text, index, number, links, start, wrapped, marked, measure }: LogLineProps) {
  const { t } = useTranslation()
  const cut = beyond(text)
  return (
    <div
      ref={measure}
      data-index={index}
      className={classes.line}
      data-wrapped={wrapped}
      data-marked={marked}
      style={{ transform: `translateY(${start}px)` }}
    >
      {links ? (
        <a
          className={classes.number}
          href={links.hrefOf(number)}
          aria-label={t('log.line', { number })}
          // A stop for each of a thousand lines is too many: the one that is looked at is enough.
          tabIndex={marked ? 0 : -1}
          onClick={(event: MouseEvent) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            links.onLine(number)
          }}
        >
          {number}
        </a>
      ) : (
        <span className={classes.number}>{number}</span>
      )}
      <span>
        <LineText text={text} />
        {cut > 0 && <i>{t('log.cut', { count: cut })}</i>}
      </span>
    </div>
  )
}

const LineText = memo(({ text }: { text: string }) => (
  <span>
    {piecesOf(text).map(({ text: piece, name, background, color, behind, decorations }, at) => (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line never change places
        key={at}
        data-fg={name}
        data-bg={background}
        data-decoration={decorations || undefined}
        // Dark colours were chosen for light paper: on our dark ground they are made lighter.
        style={color || behind ? { color: color && `color-mix(in oklab, ${color} 75%, white)`, backgroundColor: behind } : undefined}
      >
        {piece}
      </span>
    ))}
  </span>
))
