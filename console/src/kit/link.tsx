/** Links of the kit whose address, parameters and search are checked against the routes. */
import { Anchor, Button, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, Ref } from 'react'

export const LinkTo = createLink(Anchor<'a'>)

type LinkedProps = ButtonProps & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> & { ref?: Ref<HTMLAnchorElement> }

const LinkedButton = (props: LinkedProps) => <Button component="a" {...props} />

/** A place that is called like something to do: "Create a project". */
export const ButtonLink = createLink(LinkedButton)
