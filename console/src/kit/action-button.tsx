/** Buttons that know whether they may be used, and say why when they may not. */
import { ActionIcon, type ActionIconProps, Button, type ButtonProps, Tooltip } from '@mantine/core'
import { type MouseEventHandler, type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { useMay } from '@/access/use-may.ts'
import type { OperationId, PathParameters } from '@/api/types.ts'

interface Needs<Id extends OperationId> {
  /** The operation that the button leads to; its rule decides. */
  operation: Id
  path: PathParameters<Id>
  /** Another reason why it cannot be used now, in words. */
  why?: string | undefined
  onClick?: MouseEventHandler<HTMLButtonElement>
}

// `data-disabled` and not `disabled`: the button stays reachable, so that everybody can learn why.
const barred = (why: string | undefined, onClick: MouseEventHandler<HTMLButtonElement> | undefined) =>
  why === undefined
    ? { onClick }
    : { 'data-disabled': true, 'aria-disabled': true, onClick: (event: { preventDefault(): void }) => event.preventDefault() }

export function ActionButton<Id extends OperationId>({
  operation,
  path,
  why,
  onClick,
  children,
  ...rest
}: Needs<Id> & Omit<ButtonProps, 'onClick'> & { children: ReactNode; type?: 'submit' | 'button' }) {
  const { reason, button } = useReason(operation, path, why)
  return (
    <Tooltip label={reason} disabled={reason === undefined} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Button {...rest} ref={button} {...barred(reason, onClick)} {...(reason === undefined ? {} : { 'aria-description': reason })}>
        {children}
      </Button>
    </Tooltip>
  )
}

/** @param label what it does, for the tooltip and screen readers */
export function ActionSign<Id extends OperationId>({
  operation,
  path,
  why,
  onClick,
  label,
  children,
  ...rest
}: Needs<Id> & Omit<ActionIconProps, 'onClick'> & { label: string; children: ReactNode }) {
  const { reason, button } = useReason(operation, path, why)
  return (
    <Tooltip label={reason ?? label} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon
        ref={button}
        variant="subtle"
        {...rest}
        aria-label={label}
        {...barred(reason, onClick)}
        {...(reason === undefined ? {} : { 'aria-description': reason })}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function useReason<Id extends OperationId>(
  operation: Id,
  path: PathParameters<Id>,
  why: string | undefined,
): { reason: string | undefined; button: RefObject<HTMLButtonElement | null> } {
  const verdict = useMay(operation, path as Record<string, string | number>)
  const button = useRef<HTMLButtonElement>(null)
  // Who has the focus there before the rules are known is told as well: a tooltip opens when the focus comes, not when its words do.
  useEffect(() => {
    if (verdict.why === undefined || document.activeElement !== button.current) return
    button.current?.blur()
    button.current?.focus()
  }, [verdict.why])
  return { reason: verdict.why ?? why, button }
}
