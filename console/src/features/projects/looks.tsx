/** Colours and icons by which people tell projects and environments apart. The API keeps them as free text. */
import { ColorSwatch, ThemeIcon } from '@mantine/core'
import {
  IconApps,
  IconBolt,
  IconBox,
  IconBuildingBank,
  IconChartBar,
  IconCloud,
  IconCode,
  IconDatabase,
  IconDeviceMobile,
  IconFlask,
  IconHeart,
  IconLeaf,
  IconMail,
  IconPlanet,
  IconRobot,
  IconRocket,
  IconServer,
  IconShield,
  IconShoppingCart,
  IconTool,
  IconTruck,
  IconWorld,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

const drawings = {
  planet: IconPlanet,
  rocket: IconRocket,
  apps: IconApps,
  bank: IconBuildingBank,
  bolt: IconBolt,
  box: IconBox,
  cart: IconShoppingCart,
  chart: IconChartBar,
  cloud: IconCloud,
  code: IconCode,
  database: IconDatabase,
  flask: IconFlask,
  heart: IconHeart,
  leaf: IconLeaf,
  mail: IconMail,
  mobile: IconDeviceMobile,
  robot: IconRobot,
  server: IconServer,
  shield: IconShield,
  tool: IconTool,
  truck: IconTruck,
  world: IconWorld,
} as const satisfies Record<string, ComponentType<{ size?: number }>>

export type IconName = keyof typeof drawings
export const iconNames = Object.keys(drawings) as IconName[]

export const colorNames = [
  'indigo',
  'blue',
  'cyan',
  'teal',
  'green',
  'lime',
  'yellow',
  'orange',
  'red',
  'pink',
  'grape',
  'violet',
  'gray',
] as const
export type ColorName = (typeof colorNames)[number]

const isColor = (text: string): text is ColorName => colorNames.includes(text as ColorName)
const isIcon = (text: string): text is IconName => Object.hasOwn(drawings, text)

/** Of what other programs wrote there, the nearest that is known. */
export const colorOf = (text: string | undefined): ColorName => (text !== undefined && isColor(text) ? text : 'gray')
export const iconOf = (text: string | undefined): IconName => (text !== undefined && isIcon(text) ? text : 'planet')

export function Drawing({ icon, size = 18 }: { icon: IconName; size?: number }) {
  const Drawn = drawings[icon]
  return <Drawn size={size} aria-hidden />
}

export const ProjectIcon = ({ icon, color, size = 28 }: { icon: string; color: string; size?: number }) => (
  <ThemeIcon variant="light" color={colorOf(color)} size={size} aria-hidden>
    <Drawing icon={iconOf(icon)} size={Math.round(size * 0.62)} />
  </ThemeIcon>
)

export const ColorDot = ({ color, size = 12 }: { color: string | undefined; size?: number }) => (
  <ColorSwatch color={`var(--mantine-color-${colorOf(color)}-filled)`} size={size} withShadow={false} aria-hidden />
)
