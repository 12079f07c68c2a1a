/** Tabs that are places: each is a link with an address of its own. */
import { createLink, type LinkComponent, useRouterState } from '@tanstack/react-router'
import { type AnchorHTMLAttributes, type ReactNode, type Ref, useEffect, useRef } from 'react'
import classes from './tabs-nav.module.css'

export function TabsNav({ label, children }: { label: string; children: ReactNode }) {
  const tabs = useRef<HTMLElement>(null)
  const here = useRouterState({ select: ({ location }) => location.pathname })
  // On a narrow screen the current one may lie beyond the edge: it is brought into view, and nothing but this row moves for it.
  useEffect(() => {
    const row = tabs.current
    const current = [...(row?.querySelectorAll('a') ?? [])].find(({ pathname }) => pathname.endsWith(here))
    if (row && current) row.scrollLeft = current.offsetLeft - row.offsetLeft - 16
  }, [here])
  return (
    <nav ref={tabs} aria-label={label} className={classes.tabs}>
      {children}
    </nav>
  )
}

const Plain = ({ ref, className, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }) => (
  <a ref={ref} {...rest} className={classes.tab} />
)

const Linked = createLink(Plain)

/** One of them; takes what `Link` takes. Current is the one whose whole address is open. */
export const Tab: LinkComponent<typeof Plain> = (props) => (
  <Linked activeOptions={{ exact: true, includeSearch: false }} preload="intent" {...props} />
)
