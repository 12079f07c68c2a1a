import type { AnchorProps } from '@mantine/core'
import { LinkTo } from '@/kit/link.tsx'

interface StackLinkProps extends Pick<AnchorProps, 'underline'> {
  organization: string
  stack: { ref: string; name: string }
}

/** To the page of a stack. */
export const StackLink = ({ organization, stack: { ref, name }, ...rest }: StackLinkProps) => (
  <LinkTo size="sm" to="/organizations/$organization/catalogue/$stack" params={{ organization, stack: ref }} {...rest}>
    {name}
  </LinkTo>
)
