/** How everything looks. Contrast is decided here once, for both schemes: 4.5 : 1 and more for all text that can be used. */
import {
  Badge,
  type CSSVariablesResolver,
  createTheme,
  type MantineThemeOverride,
  Modal,
  NavLink,
  Paper,
  Table,
  Tooltip,
} from '@mantine/core'
import { type Rgb, shades, shadesOf } from './palette.ts'

const colors = {
  gray: ['#f7f8fa', '#eff1f4', '#e3e6eb', '#d5d9e0', '#c3c9d3', '#a5adba', '#7b8494', '#596273', '#3d4554', '#222834'],
  dark: ['#e1e5ed', '#c3c9d6', '#a4acbc', '#8790a3', '#414958', '#2f3642', '#252b35', '#1a1f27', '#14181e', '#0e1115'],
  red: shades(0.2, 26),
  pink: shades(0.2, 2),
  grape: shades(0.2, 322),
  violet: shades(0.2, 292),
  indigo: shades(0.19, 275),
  blue: shades(0.17, 253),
  cyan: shades(0.12, 222),
  teal: shades(0.12, 178),
  green: shades(0.15, 150),
  lime: shades(0.16, 128),
  yellow: shades(0.14, 84),
  orange: shades(0.16, 52),
} as const

/** Of the platform, where an organization chose no colour. */
export const platformColour: Rgb = { r: 28, g: 151, b: 151 }

/** @param close what the cross of a dialog is called */
export const themeOf = (brand: Rgb, close: string): MantineThemeOverride =>
  createTheme({
    colors: { ...colors, brand: shadesOf(brand) },
    primaryColor: 'brand',
    primaryShade: { light: 7, dark: 7 },
    defaultRadius: 'md',
    radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '20px' },
    cursorType: 'pointer',
    respectReducedMotion: true,
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    fontFamilyMonospace: 'var(--font-code)',
    headings: {
      fontWeight: '620',
      sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.375rem' }, h3: { fontSize: '1.15rem' }, h4: { fontSize: '1rem' } },
    },
    components: {
      // Capitals are hard to read, and wrong for names.
      Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 600 } }),
      // By name, as far as they are no part of every page.
      Drawer: { defaultProps: { position: 'right', size: 'lg', closeButtonProps: { 'aria-label': close } } },
      Modal: Modal.extend({
        defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 }, closeButtonProps: { 'aria-label': close } },
      }),
      NavLink: NavLink.extend({ defaultProps: { variant: 'light' } }),
      Notification: { defaultProps: { closeButtonProps: { 'aria-label': close } } },
      Paper: Paper.extend({ defaultProps: { radius: 'md' } }),
      // What can be clicked, and what scrolls, has to be reachable by keyboard.
      PasswordInput: { defaultProps: { visibilityToggleFocusable: true } },
      TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
      Table: Table.extend({ defaultProps: { verticalSpacing: 'xs', highlightOnHover: true } }),
      Tooltip: Tooltip.extend({
        defaultProps: { withArrow: true, openDelay: 250, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } },
      }),
    },
  })

/** Of charts: neighbours differ in hue and in lightness. */
const chartHues = ['blue', 'orange', 'teal', 'grape', 'lime', 'red', 'indigo', 'yellow', 'cyan', 'pink', 'green', 'violet'] as const
const chartColours = (even: number, odd: number): Record<string, string> =>
  Object.fromEntries(chartHues.map((name, at) => [`--chart-${at + 1}`, `var(--mantine-color-${name}-${at % 2 === 0 ? even : odd})`]))

const named = [...Object.keys(colors), 'brand']

export const variablesOf: CSSVariablesResolver = (theme) => {
  const each = (make: (name: string) => Record<string, string>) =>
    Object.assign({}, ...[...named, 'primary'].map((name) => make(name))) as Record<string, string>
  const shade = (name: string, at: number) => `var(--mantine-color-${name === 'primary' ? theme.primaryColor : name}-${at})`
  return {
    variables: {},
    light: {
      '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
      '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
      '--mantine-color-error': 'var(--mantine-color-red-7)',
      '--mantine-color-default-border': 'var(--mantine-color-gray-3)',
      '--mantine-color-default-hover': 'var(--mantine-color-gray-1)',
      '--mantine-color-anchor': shade('primary', 8),
      '--mantine-color-text': '#1b202a',
      '--surface-page': 'var(--mantine-color-gray-0)',
      '--surface-tint': shade('primary', 0),
      ...chartColours(7, 5),
      '--chart-other': 'var(--mantine-color-gray-6)',
      ...each((name) =>
        variant(name, { text: shade(name, 8), light: shade(name, 1), hover: shade(name, 2), on: shade(name, 9), outline: shade(name, 7) }),
      ),
      '--mantine-color-gray-text': 'var(--mantine-color-gray-8)',
    },
    dark: {
      '--mantine-color-dimmed': 'var(--mantine-color-dark-2)',
      '--mantine-color-placeholder': 'var(--mantine-color-dark-2)',
      '--mantine-color-error': 'var(--mantine-color-red-3)',
      '--mantine-color-default-border': 'var(--mantine-color-dark-4)',
      '--mantine-color-default-hover': 'var(--mantine-color-dark-5)',
      '--mantine-color-anchor': shade('primary', 3),
      '--mantine-color-text': 'var(--mantine-color-dark-0)',
      '--surface-page': 'var(--mantine-color-dark-8)',
      '--surface-tint': `color-mix(in srgb, ${shade('primary', 9)} 30%, var(--mantine-color-body))`,
      ...chartColours(5, 3),
      '--chart-other': 'var(--mantine-color-dark-2)',
      ...each((name) =>
        variant(name, {
          text: shade(name, 3),
          light: `color-mix(in srgb, ${shade(name, 9)} 55%, var(--mantine-color-dark-7))`,
          hover: `color-mix(in srgb, ${shade(name, 9)} 75%, var(--mantine-color-dark-7))`,
          on: shade(name, 2),
          outline: shade(name, 4),
        }),
      ),
      '--mantine-color-gray-light': 'var(--mantine-color-dark-5)',
      '--mantine-color-gray-light-hover': 'var(--mantine-color-dark-4)',
      '--mantine-color-gray-filled': 'var(--mantine-color-dark-4)',
      '--mantine-color-gray-filled-hover': 'var(--mantine-color-dark-5)',
    },
  }
}

const variant = (name: string, is: Record<'text' | 'light' | 'hover' | 'on' | 'outline', string>): Record<string, string> => ({
  [`--mantine-${name === 'primary' ? 'primary-color' : `color-${name}`}-text`]: is.text,
  [`--mantine-${name === 'primary' ? 'primary-color' : `color-${name}`}-light`]: is.light,
  [`--mantine-${name === 'primary' ? 'primary-color' : `color-${name}`}-light-hover`]: is.hover,
  [`--mantine-${name === 'primary' ? 'primary-color' : `color-${name}`}-light-color`]: is.on,
  [`--mantine-${name === 'primary' ? 'primary-color' : `color-${name}`}-outline`]: is.outline,
})

/** The policy of the page lets styles with this nonce through, and no others. */
export const cssNonce = (): string => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
