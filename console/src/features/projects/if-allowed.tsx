import type { ReactNode } from 'react'
import { useMay } from '@/access/use-may.ts'
import type { OperationId, PathParameters } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'

interface AllowedProps<Id extends OperationId> {
  /** What the place behind the link is for; its rule decides. */
  operation: Id
  path: PathParameters<Id>
  why?: string | undefined
  /** Of the button that stands there in place of the link, and says why. */
  label: ReactNode
  /** The link. */
  children: ReactNode
}

/** A link to where something is made, or the button that says why one may not. */
export function IfAllowed<Id extends OperationId>({ operation, path, why, label, children }: AllowedProps<Id>) {
  const verdict = useMay(operation, path as Record<string, string | number>)
  if (verdict.allowed && why === undefined) return children
  return (
    <ActionButton operation={operation} path={path} why={why}>
      {label}
    </ActionButton>
  )
}
