/** Colours as people write them, and whether white text can be read on them. */
import type { Rgb } from '@/kit/palette.ts'

const two = (part: number) => part.toString(16).padStart(2, '0')

export const hexOf = ({ r, g, b }: Rgb): string => `#${two(r)}${two(g)}${two(b)}`

export function rgbOf(hex: string): Rgb | undefined {
  const [, r, g, b] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex) ?? []
  return r && g && b ? { r: Number.parseInt(r, 16), g: Number.parseInt(g, 16), b: Number.parseInt(b, 16) } : undefined
}

/** As WCAG 2 has it: 1 to 21. */
export function contrastWithWhite({ r, g, b }: Rgb): number {
  const linear = (part: number) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  return 1.05 / (0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05)
}

/** Of text on a button. */
export const enough = 4.5
