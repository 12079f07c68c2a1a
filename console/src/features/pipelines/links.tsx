import { Menu } from '@mantine/core'
import { createLink } from '@tanstack/react-router'

/** A place in a menu. */
export const PlaceItem = createLink(Menu.Item<'a'>)
