/** Lines of a log with ANSI colours. Only the lines on the screen exist; it follows the end until somebody scrolls up. */
import { ActionIcon, CopyButton, Group, Text, TextInput, Tooltip } from '@mantine/core'
import {
  IconArrowBarToDown,
  IconCheck,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDownload,
  IconSearch,
  IconTextWrap,
} from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type UIEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { plainOf } from './log/ansi.ts'
import { type LineLinks, LogLine } from './log/line.tsx'
import { useLogSearch } from './log/use-log-search.ts'
import classes from './log-view.module.css'

interface LogViewProps {
  label: string
  /** Each without its line break; with the escape codes it came with. */
  lines: readonly string[]
  /** How many lines before the first are no longer kept. */
  dropped?: number
  /** Where lines have addresses: of each, and the one that the page's own address names. */
  links?: LineLinks & { line: number | undefined }
  /** Of the file when it is downloaded. */
  fileName: string
}

const lineHeight = 20
const mostHeight = 480
/** Fewer are on the screen all at once: nothing to search, nothing to follow. */
const few = 20

export function LogView({ label, lines, dropped = 0, links, fileName }: LogViewProps) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  // Whoever came for a line wants that one, not the end.
  const [following, setFollowing] = useState(links?.line === undefined)
  const [wrapped, setWrapped] = useState(false)
  const search = useLogSearch(lines)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => lineHeight,
    overscan: 20,
    paddingStart: 8,
    paddingEnd: 8,
  })
  const go = (index: number) => {
    setFollowing(false)
    virtual.scrollToIndex(index, { align: 'center' })
  }

  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [following, lines.length, virtual])
  const marked = links?.line === undefined ? -1 : links.line - 1 - dropped
  const arrived = marked >= 0 && marked < lines.length
  useEffect(() => {
    if (arrived) virtual.scrollToIndex(marked, { align: 'center' })
  }, [arrived, marked, virtual])
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights are others when lines wrap
  useEffect(() => virtual.measure(), [wrapped])

  const found = search.found[search.at]
  // Someone who reads the past is not pulled to the end by what arrives; whoever scrolls back to the end follows again. What arrives makes
  // the end move away too: only who goes up leaves it.
  const top = useRef(0)
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent<HTMLElement>) => {
    const up = scrollTop < top.current
    top.current = scrollTop
    if (scrollHeight - scrollTop - clientHeight < lineHeight * 2) setFollowing(true)
    else if (up) setFollowing(false)
  }
  return (
    <div className={classes.whole}>
      <Group gap={4} p={6} className={classes.bar} wrap="wrap">
        {lines.length > few && (
          <TextInput
            size="xs"
            type="search"
            flex="1 1 160px"
            maw={320}
            leftSection={<IconSearch size={14} aria-hidden />}
            placeholder={t('log.search')}
            aria-label={t('log.search')}
            value={search.text}
            onChange={(event) => search.setText(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && search.step(event.shiftKey ? -1 : 1, go)}
          />
        )}
        {search.text !== '' && (
          <>
            <Text size="xs" role="status">
              {t('log.found', { count: search.found.length, at: search.found.length === 0 ? 0 : search.at + 1 })}
            </Text>
            <Sign label={t('log.previous')} onClick={() => search.step(-1, go)}>
              <IconChevronUp size={16} />
            </Sign>
            <Sign label={t('log.next')} onClick={() => search.step(1, go)}>
              <IconChevronDown size={16} />
            </Sign>
          </>
        )}
        <Group gap={4} ms="auto">
          {lines.length > few && (
            <Sign label={t('log.follow')} pressed={following} onClick={() => setFollowing(!following)}>
              <IconArrowBarToDown size={16} />
            </Sign>
          )}
          <Sign label={t('log.wrap')} pressed={wrapped} onClick={() => setWrapped(!wrapped)}>
            <IconTextWrap size={16} />
          </Sign>
          <CopyButton value="">
            {({ copied, copy }) => (
              <Sign
                label={t(copied ? 'actions.copied' : 'log.copy')}
                onClick={() => void navigator.clipboard.writeText(lines.map(plainOf).join('\n')).then(copy)}
              >
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </Sign>
            )}
          </CopyButton>
          <Sign label={t('log.download')} onClick={() => download(lines, fileName)}>
            <IconDownload size={16} />
          </Sign>
        </Group>
      </Group>
      <div
        ref={frame}
        className={classes.frame}
        style={{ height: Math.min(mostHeight, virtual.getTotalSize() + 16) }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="log"
        // A thousand lines a second are nothing to read aloud.
        aria-live="off"
        aria-label={label}
        onScroll={onScroll}
      >
        <div className={classes.lines} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <LogLine
              key={index}
              text={lines[index] ?? ''}
              index={index}
              number={index + 1 + dropped}
              start={start}
              links={links}
              wrapped={wrapped}
              measure={wrapped ? virtual.measureElement : undefined}
              marked={index === marked || index === found}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

function Sign({ label, pressed, onClick, children }: { label: string; pressed?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={pressed ? 'light' : 'subtle'}
        color={pressed ? 'brand' : 'gray'}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function download(lines: readonly string[], name: string): void {
  const address = URL.createObjectURL(
    new Blob(
      lines.map((line) => `${plainOf(line)}\n`),
      { type: 'text/plain' },
    ),
  )
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
